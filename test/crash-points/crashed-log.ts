import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EventLog, openEmbeddedLog } from "@titan/event-log";

export const SYNCED = "test.synced";
export const REBUILDABLE = "test.rebuildable";
/** By name, as a log answers with them. */
const TOPICS = [REBUILDABLE, SYNCED];

/** The record that `goOn` appends. */
const AFTER = `after=${createHash("sha256").digest("base64url")}`;

/** What a log held after one of its transactions was acknowledged. */
export interface Acknowledged {
  /** Of all topics; two logs with the same records have the same text. */
  readonly content: string;
  /** The write-ahead log's length then. */
  readonly walBytes: number;
  readonly durability: "synced" | "rebuildable";
}

/** The two files that a crash leaves. */
export interface CrashedFiles {
  readonly database: Uint8Array;
  readonly wal: Uint8Array;
}

/** Everything a log holds, its topics too. */
export async function contentOf(log: EventLog): Promise<string> {
  const content: TopicContent[] = [];
  for (const { name } of await log.topics()) {
    const { start, end } = await log.bounds(name, 0);
    content.push([name, start, end, await valuesOf(log, name, end)]);
  }
  return JSON.stringify(content);
}

/** Name, first offset, next offset, and each record as `key=sum`. */
type TopicContent = readonly [string, number, number, readonly string[]];

async function valuesOf(log: EventLog, topic: string, end: number): Promise<readonly string[]> {
  const values: string[] = [];
  const read = Promise.withResolvers<void>();
  const subscription = log.subscribe(
    { topic, partition: 0, from: 0 },
    ({ records, next }) => {
      for (const { key, value } of records) {
        values.push(`${key}=${createHash("sha256").update(value).digest("base64url")}`);
      }
      if (next >= end) read.resolve();
    },
    { onError: read.reject },
  );
  try {
    await read.promise;
  } finally {
    await subscription.close();
  }
  return values;
}

/** A folder for logs that crashed, gone when disposed. */
export class CrashFolder {
  readonly #path = mkdtempSync(join(tmpdir(), "titan-crash-"));
  #opened = 0;

  [Symbol.dispose](): void {
    rmSync(this.#path, { recursive: true, force: true });
  }

  path(name: string): string {
    return join(this.#path, name);
  }

  /** The files as they are now, while their writer has them open. */
  snapshot(name: string): CrashedFiles {
    const path = this.path(name);
    return { database: readFileSync(path), wal: readFileSync(`${path}-wal`) };
  }

  write(name: string, { database, wal }: CrashedFiles): void {
    const path = this.path(name);
    writeFileSync(path, database);
    writeFileSync(`${path}-wal`, wal);
  }

  remove(name: string): void {
    for (const suffix of ["", "-wal", "-shm", ".lock"]) {
      rmSync(this.path(name) + suffix, { force: true });
    }
  }

  /** Opens what a crash left, and answers with what it holds; fails unless it goes on from there. */
  async reopen(files: CrashedFiles): Promise<string> {
    const name = `crashed-${(this.#opened += 1)}.db`;
    const path = this.path(name);
    this.write(name, files);
    const content = await withLog(path, async (log) => {
      const before = await contentOf(log);
      await goOn(log);
      return before;
    });
    const again = await withLog(path, contentOf);
    if (again !== withOneMore(content)) throw new Error(`it went on with ${again}`);
    this.remove(name);
    return content;
  }
}

/** The content after `goOn`. */
function withOneMore(content: string): string {
  const topics = JSON.parse(content) as readonly TopicContent[];
  const more = TOPICS.map((name): TopicContent => {
    const [, start = 0, end = 0, values = []] = topics.find(([own]) => own === name) ?? [];
    return [name, start, end + 1, [...values, AFTER]];
  });
  return JSON.stringify(more);
}

/** Makes the topics that are missing and appends one record to each. */
async function goOn(log: EventLog): Promise<void> {
  await createTopics(log);
  for (const topic of TOPICS) {
    await log.append([
      { topic, partition: 0, records: [{ key: "after", value: new Uint8Array() }] },
    ]);
  }
}

export async function createTopics(log: EventLog): Promise<void> {
  await log.createTopics([
    { name: SYNCED, partitions: 1, retention: { kind: "forever" }, durability: "synced" },
    { name: REBUILDABLE, partitions: 1, retention: { kind: "forever" }, durability: "rebuildable" },
  ]);
}

async function withLog<Result>(
  path: string,
  use: (log: EventLog) => Promise<Result>,
): Promise<Result> {
  const log = openEmbeddedLog({ path, compactEveryMs: 0 });
  try {
    return await use(log);
  } finally {
    await log.close();
  }
}
