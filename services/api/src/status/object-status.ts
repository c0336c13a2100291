import type { ObjectKind } from "@titan/domain";
import type { ApiContext } from "../api-context.ts";

/** The kinds about which more is known than what was declared. */
export function hasStatus(kind: ObjectKind): boolean {
  return kind === "Deployment" || kind === "Host";
}

export function statusOf(_context: ApiContext, _kind: ObjectKind, _key: string): object {
  return {};
}

/** What a list shows of it. */
export function statusInList(_context: ApiContext, _kind: ObjectKind, _key: string): object {
  return {};
}
