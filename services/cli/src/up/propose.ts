import type { Action } from "@titan/domain";
import type { EventLog } from "@titan/event-log";
import {
  appendPersistently,
  FRONTIER_TOPIC,
  readStatement,
  readToEnd,
  type Clock,
} from "@titan/processor-runtime";
import { encode } from "@titan/schema-codec";

export interface OwnProposal {
  readonly id: string;
  readonly reason: string;
  readonly operations: readonly {
    readonly action: Action;
    readonly kind: string;
    readonly document: object;
  }[];
}

/** Proposes a change of the process itself. The feed decides it like any other. */
export async function propose(log: EventLog, clock: Clock, proposal: OwnProposal): Promise<void> {
  let seen = 0;
  await readToEnd(log, FRONTIER_TOPIC, 0, 0, (record) => {
    const read = readStatement(record);
    if (read.kind === "frontier") seen = Math.max(seen, read.frontier.revision);
  });
  const value = encode("proposal", {
    id: proposal.id,
    seen,
    workspace: "default",
    actor: "titan up",
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
