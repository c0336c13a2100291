import type { Installation } from "@titan/domain";
import type { EventLog, LogRecord, Subscription } from "@titan/event-log";
import { CodecError, decode } from "@titan/schema-codec";
import { HostStatusStore } from "./host-status-store.ts";
import type { ReadModelFile } from "./read-model-file.ts";
import { ReportStore } from "./report-store.ts";

const RECORDS_PER_BATCH_MAX = 500;

/**
 * What the world says back: ordered per key by (incarnation, sequence) of the reporter, whatever
 * their order in the log. No sums are needed, so the fold goes on from where the file stopped.
 */
export class ObservationFold {
  readonly statuses: HostStatusStore;
  readonly reports: ReportStore;
  readonly #file: ReadModelFile;
  readonly #log: EventLog;
  readonly #partitions: readonly { readonly topic: string; readonly partition: number }[];
  readonly #behind = new Set<string>();
  readonly #next = new Map<string, number>();
  readonly #listeners = new Set<() => void>();
  #subscriptions: Subscription[] = [];

  constructor(file: ReadModelFile, log: EventLog, installation: Installation) {
    this.#file = file;
    this.#log = log;
    this.statuses = new HostStatusStore(file.database);
    this.reports = new ReportStore(file.database);
    this.#partitions = [
      ...Array.from({ length: installation.hostPartitions }, (_, partition) => ({
        topic: "titan.host-status",
        partition,
      })),
      { topic: "titan.report", partition: 0 },
      { topic: "titan.git-commit", partition: 0 },
    ];
  }

  /** Whether everything that was there at the start has been folded. */
  get caughtUp(): boolean {
    return this.#behind.size === 0;
  }

  /** Calls back after each batch that was folded. */
  listen(onFolded: () => void): () => void {
    this.#listeners.add(onFolded);
    return () => this.#listeners.delete(onFolded);
  }

  async start(onError: (error: Error) => void): Promise<void> {
    for (const { topic, partition } of this.#partitions) this.#behind.add(`${topic} ${partition}`);
    for (const { topic, partition } of this.#partitions) {
      const name = `${topic} ${partition}`;
      const { end } = await this.#log.bounds(topic, partition);
      const from = Math.min(this.#file.getNumber(`next ${name}`) ?? 0, end);
      if (from >= end) this.#behind.delete(name);
      this.#subscriptions.push(
        this.#log.subscribe(
          { topic, partition, from },
          (batch) => {
            try {
              if (batch.records.length > 0) this.#fold(name, batch.records, batch.next);
            } catch (error) {
              onError(error instanceof Error ? error : new Error(String(error)));
            }
            this.#next.set(name, batch.next);
            if (batch.next >= end) this.#behind.delete(name);
            for (const listener of this.#listeners) listener();
          },
          { maxRecords: RECORDS_PER_BATCH_MAX, onError },
        ),
      );
    }
  }

  /** Whether the record at an offset was folded before the time was over. */
  async waitFor(
    topic: string,
    partition: number,
    offset: number,
    timeoutMs: number,
  ): Promise<boolean> {
    const folded = (): boolean => (this.#next.get(`${topic} ${partition}`) ?? 0) > offset;
    if (folded()) return true;
    return await new Promise((resolve) => {
      const end = (): void => {
        if (!folded()) return;
        clearTimeout(timer);
        stop();
        resolve(true);
      };
      const stop = this.listen(end);
      const timer = setTimeout(() => {
        stop();
        resolve(false);
      }, timeoutMs);
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#subscriptions.map((subscription) => subscription.close()));
    this.#subscriptions = [];
  }

  #fold(name: string, records: readonly LogRecord[], next: number): void {
    this.#file.transaction(() => {
      for (const record of records) this.#take(record);
      this.#file.set(`next ${name}`, next);
    });
  }

  #take(record: LogRecord): void {
    try {
      const { name, value } = decode(record.value);
      if (name === "host-status") this.statuses.take(value, record.timestampMs);
      else if (name === "report") this.reports.take(value);
      else if (name === "git-commit") this.reports.addCommit(value);
    } catch (error) {
      // An observation that can not be read is as if it had not been made.
      if (!(error instanceof CodecError)) throw error;
    }
  }
}
