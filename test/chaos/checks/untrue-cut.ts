import { idOf } from "../history/history-line.ts";
import type { Anomaly, Check } from "./anomaly.ts";
import { isOf } from "./untrue-answer.ts";

/** Each cut that a follower is handed is above the last and is, as a whole, what was at its revision. */
export const untrueCut: Check = ({ lines, truth, workspace }) => {
  const last = new Map<string, number>();
  const found: Anomaly[] = [];
  for (const line of lines) {
    if (line.is !== "cut") continue;
    const { client, revision, objects } = line;
    const wrong = (detail: string): void => {
      found.push({ kind: "untrue cut", detail: `${client} at ${revision}: ${detail}`, calls: [] });
    };
    const before = last.get(client) ?? 0;
    if (revision <= before) wrong(`it follows on ${before}`);
    last.set(client, revision);
    if (revision > truth.revision) wrong(`the feed ends at ${truth.revision}`);
    const cut = new Map(objects.map((object) => [idOf(object), object]));
    for (const kind of FOLLOWED_KINDS) {
      for (const state of truth.objectsAt(kind, workspace, revision)) {
        if (!isOf(cut.get(idOf(state)), state))
          wrong(`${idOf(state)} is not that of ${state.revision}`);
        cut.delete(idOf(state));
      }
    }
    for (const id of cut.keys()) wrong(`${id} is not there`);
  }
  return found;
};

/** What followers follow. */
export const FOLLOWED_KINDS: readonly string[] = ["Host", "Target", "Workload", "Deployment"];
