import { DatabaseSync } from "node:sqlite";
import {
  hostDocument,
  hostName,
  labelsOfHost,
  WIDE_VALUES,
  type HostLabels,
} from "./label-fleet.ts";
import type { PairSelector } from "./label-fleet.ts";

const MS_PER_S = 1_000;

/** The same hosts by plain means: rows in a SQLite file, and an array that is looped over. */
export class PlainHosts implements Disposable {
  readonly #database: DatabaseSync;
  readonly #get;
  readonly #labels: HostLabels[] = [];

  constructor(path: string) {
    this.#database = new DatabaseSync(path);
    this.#database.exec(`
      PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
      CREATE TABLE host (name TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID`);
    this.#get = this.#database.prepare("SELECT document FROM host WHERE name = ?");
  }

  /** Inserts hosts a batch at a time; answers how many a second. */
  fill(hosts: number, batch: number): number {
    const insert = this.#database.prepare("INSERT INTO host VALUES (?, ?)");
    const startedAt = performance.now();
    for (let from = 0; from < hosts; from += batch) {
      this.#database.exec("BEGIN");
      for (let at = from; at < Math.min(hosts, from + batch); at += 1) {
        insert.run(hostName(at), JSON.stringify(hostDocument(at)));
      }
      this.#database.exec("COMMIT");
    }
    const rate = hosts / ((performance.now() - startedAt) / MS_PER_S);
    for (let at = 0; at < hosts; at += 1) this.#labels.push(labelsOfHost(at));
    return rate;
  }

  /** Milliseconds of one read by primary key. */
  get(at: number): number {
    const startedAt = performance.now();
    const row = this.#get.get(hostName(at));
    if (row === undefined) throw new Error(`there is no host ${at}`);
    JSON.parse(String(row["document"]));
    return performance.now() - startedAt;
  }

  /** Milliseconds of one loop over all hosts that counts those with both labels. */
  loop({ first, second }: PairSelector): number {
    const startedAt = performance.now();
    let found = 0;
    for (const labels of this.#labels) {
      if (labels[first[0]] === first[1] && labels[second[0]] === second[1]) found += 1;
    }
    if (found > this.#labels.length) throw new Error("keeps the loop from being left out");
    return performance.now() - startedAt;
  }

  /** Milliseconds of one loop that lists who would join a wide target, and who would leave a narrow one. */
  difference({ first, second }: PairSelector): number {
    const startedAt = performance.now();
    const changed: { readonly host: string; readonly effect: string }[] = [];
    this.#labels.forEach((labels, at) => {
      const was = labels[first[0]] === first[1] && labels[second[0]] === second[1];
      const is = WIDE_VALUES.has(labels.region);
      if (was !== is) changed.push({ host: hostName(at), effect: is ? "gain" : "lose" });
    });
    if (changed.length > this.#labels.length) throw new Error("keeps the loop from being left out");
    return performance.now() - startedAt;
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}
