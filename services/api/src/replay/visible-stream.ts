import { splitKey } from "@titan/domain";
import { isAdmin, sees, visibleWorkspaces, type Caller } from "../caller.ts";
import { sliceNameOf } from "../gateway/slice.ts";

/** What is in them is about everybody, or about who may call. */
const ADMIN_STREAMS: readonly string[] = ["titan.token", "titan.dead-letter"];

/** Whether a caller may read a stream at all; what it finds there is filtered besides. */
export function isVisibleStream(caller: Caller, stream: string): boolean {
  if (isAdmin(caller)) return true;
  if (caller.kind === "host" || ADMIN_STREAMS.includes(stream)) return false;
  // Sums and counts are over all workspaces.
  if (stream === "titan.frontier") return visibleWorkspaces(caller) === "all";
  const slice = sliceNameOf(stream);
  return slice === undefined || sees(caller, splitKey(slice.key).workspace);
}
