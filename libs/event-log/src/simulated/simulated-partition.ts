import type { AppendRecord, LogRecord, ReadBatch } from "../event-log.ts";

/** One who is told that a partition has changed. */
export interface Watcher {
  changed(): void;
  removed(): void;
}

/** The content of one partition: what a broker would have on disk. */
export class SimulatedPartition {
  readonly topic: string;
  readonly number: number;
  readonly #watchers = new Set<Watcher>();
  #records: LogRecord[] = [];
  #start = 0;
  #end = 0;
  #isRemoved = false;

  constructor(topic: string, number: number) {
    this.topic = topic;
    this.number = number;
  }

  get records(): readonly LogRecord[] {
    return this.#records;
  }

  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#end;
  }

  get isRemoved(): boolean {
    return this.#isRemoved;
  }

  watch(watcher: Watcher): void {
    this.#watchers.add(watcher);
  }

  unwatch(watcher: Watcher): void {
    this.#watchers.delete(watcher);
  }

  /** Answers with the offset of the first record, or of the next one when there is none. */
  land(records: readonly AppendRecord[], timestampMs: number, gap: number): number {
    if (records.length > 0) this.#end += gap;
    const first = this.#end;
    for (const { key, value } of records) {
      this.#records.push({ key, value, offset: this.#end, timestampMs });
      this.#end += 1;
    }
    if (records.length > 0) for (const watcher of this.#watchers) watcher.changed();
    return first;
  }

  restore(records: readonly LogRecord[], end: number): void {
    this.#records = [...records];
    this.#end = end;
    this.#start = records[0]?.offset ?? end;
  }

  /** What lies from `from` on and below `below`. */
  read(from: number, below: number, recordsMax: number): ReadBatch {
    const begin = this.#indexOf(from);
    const end = Math.min(this.#indexOf(below), begin + recordsMax);
    const records = this.#records.slice(begin, Math.max(begin, end));
    const last = records.at(-1);
    const isAllRead = records.length < recordsMax;
    return {
      records,
      next: isAllRead || last === undefined ? Math.max(from, below) : last.offset + 1,
    };
  }

  /** Of the records below `below` that are no younger than `cutMs`, keeps the last of each key. */
  keepLatest(below: number, cutMs: number): void {
    const firstYoung = this.#records.findIndex((record) => record.timestampMs > cutMs);
    const end = Math.min(
      this.#indexOf(below),
      firstYoung === -1 ? this.#records.length : firstYoung,
    );
    const last = new Map<string, number>();
    for (const { key, offset } of this.#records.slice(0, end)) last.set(key, offset);
    this.#keep(({ key, offset }, index) => index >= end || last.get(key) === offset);
  }

  expire(cutMs: number): void {
    const firstYoung = this.#records.findIndex((record) => record.timestampMs > cutMs);
    const begin = firstYoung === -1 ? this.#records.length : firstYoung;
    this.#keep((_record, index) => index >= begin);
  }

  remove(): void {
    this.#isRemoved = true;
    for (const watcher of this.#watchers) watcher.removed();
  }

  #keep(isKept: (record: LogRecord, index: number) => boolean): void {
    this.#records = this.#records.filter(isKept);
    this.#start = this.#records[0]?.offset ?? this.#end;
  }

  /** The index of the first record at or after the offset. */
  #indexOf(offset: number): number {
    let low = 0;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#records[middle]?.offset ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
