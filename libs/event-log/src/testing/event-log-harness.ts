import { randomUUID } from "node:crypto";
import type { AppendRecord, EventLog, TopicSpec } from "../event-log.ts";

/** What an adapter's test gives to the contract suite. Made anew for every test. */
export interface EventLogHarness {
  readonly log: EventLog;
  /** Closes the log and opens the same again, with what is in it. */
  readonly reopen?: () => Promise<EventLog>;
  /** Applies retention now, so that all that may be dropped is gone when it resolves. */
  readonly compact?: () => Promise<void>;
  /** Moves the clock that retention goes by. */
  readonly advance?: (ms: number) => void;
  /** Closes the log and removes what it left. */
  readonly dispose: () => Promise<void>;
}

/** How the parts of the suite get at the harness of the test that runs. */
export type CurrentHarness = () => EventLogHarness;

/** A hanging adapter fails after this; nothing else is judged by time. */
export const HANG_MS_MAX = 60_000;

/** A topic of its own for each test: the log may be shared with others. */
export function topicSpec(change: Partial<TopicSpec> = {}): TopicSpec {
  const name = `contract.${randomUUID()}`;
  return {
    name,
    partitions: 1,
    retention: { kind: "forever" },
    durability: "rebuildable",
    ...change,
  };
}

export function record(key: string, value: string): AppendRecord {
  return { key, value: new TextEncoder().encode(value) };
}

/** Records with the values `0`, `1`, … and one key each. */
export function numbered(count: number, from = 0): readonly AppendRecord[] {
  return Array.from({ length: count }, (_, index) => {
    return record(`key-${from + index}`, String(from + index));
  });
}
