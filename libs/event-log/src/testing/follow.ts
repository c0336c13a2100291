import type { EventLog, LogRecord, Position, ReadBatch, SubscribeOptions } from "../event-log.ts";

/** A reader that remembers all it was given. */
interface Following {
  readonly batches: readonly ReadBatch[];
  readonly records: readonly LogRecord[];
  readonly values: readonly string[];
  /** Where it would go on; undefined before the first batch. */
  readonly next: number | undefined;
  /** Resolves when the condition holds after some batch; rejects when the subscription fails. */
  until(isReached: () => boolean): Promise<void>;
  close(): Promise<void>;
}

export function follow(
  log: EventLog,
  from: Position,
  options: Pick<SubscribeOptions, "maxRecords"> = {},
): Following {
  const batches: ReadBatch[] = [];
  const waiting: (() => void)[] = [];
  let failure: Error | undefined;
  const wake = (): void => waiting.splice(0).forEach((resume) => resume());
  const subscription = log.subscribe(
    from,
    (batch) => {
      batches.push(batch);
      wake();
    },
    {
      ...options,
      onError: (error) => {
        failure = error;
        wake();
      },
    },
  );
  return {
    batches,
    get records() {
      return batches.flatMap((batch) => batch.records);
    },
    get values() {
      return this.records.map((found) => new TextDecoder().decode(found.value));
    },
    get next() {
      return batches.at(-1)?.next;
    },
    until: async (isReached) => {
      while (!isReached()) {
        if (failure !== undefined) throw failure;
        await new Promise<void>((resume) => waiting.push(resume));
      }
    },
    close: () => subscription.close(),
  };
}

/** All that a partition holds now. */
export async function readAll(
  log: EventLog,
  topic: string,
  partition = 0,
): Promise<readonly LogRecord[]> {
  const { end } = await log.bounds(topic, partition);
  const reader = follow(log, { topic, partition, from: 0 });
  await reader.until(() => (reader.next ?? -1) >= end);
  await reader.close();
  return reader.records;
}

export async function readValues(
  log: EventLog,
  topic: string,
  partition = 0,
): Promise<readonly string[]> {
  const records = await readAll(log, topic, partition);
  return records.map((found) => new TextDecoder().decode(found.value));
}
