import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { openEmbeddedLog, type EventLog } from "@titan/event-log";

const RECORD_BYTES = 500;
const MS_PER_S = 1_000;
const TOPIC = "yardstick";
const RECORD = { key: "k", value: new Uint8Array(RECORD_BYTES) };

/** The embedded log with nothing above it, with records like ours: what it is beside that Titan does more. */
export class PlainLog implements AsyncDisposable {
  readonly #log: EventLog;

  private constructor(log: EventLog) {
    this.#log = log;
  }

  static async open(folder: string): Promise<PlainLog> {
    const log = openEmbeddedLog({ path: join(folder, "plain.sqlite"), compactEveryMs: 0 });
    const retention = { kind: "forever" } as const;
    await log.createTopics([{ name: TOPIC, partitions: 1, retention, durability: "synced" }]);
    return new PlainLog(log);
  }

  /** Milliseconds of each of so many synced appends of one record. */
  async appendMs(count: number): Promise<readonly number[]> {
    const took: number[] = [];
    for (let at = 0; at < count; at += 1) {
      took.push(await msOf(() => this.#log.append([batchOf(1)])));
    }
    return took;
  }

  /** Seconds for so many records, so many to an append. */
  async writeS(count: number, batch: number): Promise<number> {
    const append = batchOf(batch);
    const ms = await msOf(async () => {
      for (let at = 0; at < count; at += batch) await this.#log.append([append]);
    });
    return ms / MS_PER_S;
  }

  /** Seconds to read so many of them from the beginning. */
  async readS(count: number): Promise<number> {
    let read = 0;
    const done = Promise.withResolvers<void>();
    const ms = await msOf(async () => {
      const position = { topic: TOPIC, partition: 0, from: 0 };
      const subscription = this.#log.subscribe(position, ({ records }) => {
        read += records.length;
        if (read >= count) done.resolve();
      });
      await done.promise;
      await subscription.close();
    });
    return ms / MS_PER_S;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#log.close();
  }
}

/** Seconds from the start of a Node that does nothing to its end. */
export function emptyProcessS(): number {
  const startedAt = performance.now();
  const { status } = spawnSync(process.execPath, ["--eval", "0"]);
  if (status !== 0) throw new Error("node --eval 0 failed");
  return (performance.now() - startedAt) / MS_PER_S;
}

function batchOf(count: number) {
  return { topic: TOPIC, partition: 0, records: Array.from({ length: count }, () => RECORD) };
}

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
