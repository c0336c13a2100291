import type { Action } from "@titan/domain";
import type { EventLog } from "@titan/event-log";
import type { Clock } from "./clock.ts";
import { FRONTIER_TOPIC } from "./keys.ts";
import { appendPersistently } from "./persistent-append.ts";
import { readStatement } from "./read-statement.ts";
import { readToEnd } from "./read-to-end.ts";
import { encode } from "@titan/schema-codec";

export interface OwnProposal {
  readonly id: string;
  /** Which process it is. */
  readonly actor: string;
  readonly reason: string;
  readonly operations: readonly {
    readonly action: Action;
    readonly kind: string;
    readonly document: object;
  }[];
}

/** Proposes a change of the process itself. The feed decides it like any other. */
export async function proposeOwn(
  log: EventLog,
  clock: Clock,
  proposal: OwnProposal,
): Promise<void> {
  let seen = 0;
  await readToEnd(log, FRONTIER_TOPIC, 0, 0, (record) => {
    const read = readStatement(record);
    if (read.kind === "frontier") seen = Math.max(seen, read.frontier.revision);
  });
  const value = encode("proposal", {
    id: proposal.id,
    seen,
    workspace: "default",
    actor: proposal.actor,
    reason: proposal.reason,
    proposedAt: clock.now(),
    traceparent: "",
    operations: proposal.operations.map(({ action, kind, document }) => ({
      action,
      kind,
      document: JSON.stringify(document),
      expected: null,
    })),
  });
  const records = [{ key: "default", value }];
  await appendPersistently(log, [{ topic: "titan.proposal", partition: 0, records }], clock);
}
