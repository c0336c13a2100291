import type { OnBatch, Position, ReadBatch, SubscribeOptions, Subscription } from "../event-log.ts";
import { LogError } from "../log-error.ts";
import { integerBelow } from "./seeded-random.ts";
import type { SimulatedPartition, Watcher } from "./simulated-partition.ts";
import type { ProcessState } from "./simulated-process-state.ts";
import { type Simulation, soon } from "./simulation.ts";

const TEN_YEARS_MS = 10 * 365 * 24 * 60 * 60 * 1_000;
const BATCH_RECORDS_DEFAULT = 2_000;

/** One subscription: a delivery is scheduled, or its `onBatch` runs, or it is asleep, or ended. */
export class SimulatedReader implements Subscription, Watcher {
  readonly #simulation: Simulation;
  readonly #process: ProcessState;
  readonly #onBatch: OnBatch;
  readonly #options: SubscribeOptions;
  #partition: SimulatedPartition | undefined;
  #position: number;
  #state: "scheduled" | "calling" | "asleep" | "ended" = "asleep";
  #isFirst = true;
  #call: Promise<void> | undefined;

  constructor(
    simulation: Simulation,
    process: ProcessState,
    position: Position,
    onBatch: OnBatch,
    options: SubscribeOptions,
  ) {
    this.#simulation = simulation;
    this.#process = process;
    this.#position = position.from;
    this.#onBatch = onBatch;
    this.#options = options;
  }

  get isEnded(): boolean {
    return this.#state === "ended";
  }

  begin(partition: SimulatedPartition): void {
    this.#partition = partition;
    partition.watch(this);
    this.#schedule(this.#simulation.timing.deliverMs);
  }

  changed(): void {
    if (this.#state === "asleep") this.#schedule(this.#simulation.timing.deliverMs);
  }

  removed(): void {
    this.fail(new LogError("unknown-topic", "refused", "the topic was deleted"));
  }

  async close(): Promise<void> {
    this.stop();
    await this.#call;
  }

  /** No call will begin any more; one that runs is left alone. */
  stop(): void {
    this.#state = "ended";
    this.#partition?.unwatch(this);
    this.#partition = undefined;
  }

  fail(error: unknown): void {
    if (this.#state === "ended") return;
    this.stop();
    const reason =
      error instanceof Error ? error : new Error("a subscription failed", { cause: error });
    this.#simulation.scheduler.after(0, () => {
      if (this.#options.onError === undefined) throw reason;
      this.#options.onError(reason);
    });
  }

  #schedule(maxMs: number): void {
    this.#state = "scheduled";
    soon(this.#simulation, maxMs, () => this.#process.run(() => this.#deliver()));
  }

  #deliver(): void {
    const partition = this.#partition;
    if (this.#state !== "scheduled" || partition === undefined) return;
    const { faults, random } = this.#simulation;
    const behind = partition.end - this.#position;
    const isStale = behind > 0 && faults.strikes("staleDelivery");
    const below = isStale ? this.#position + integerBelow(random, behind) : partition.end;
    const recordsMax = Math.max(1, this.#options.maxRecords ?? BATCH_RECORDS_DEFAULT);
    const batch = partition.read(this.#position, below, recordsMax);
    if (batch.next === this.#position && !this.#isFirst) {
      this.#goOn(isStale);
      return;
    }
    this.#isFirst = false;
    this.#position = batch.next;
    this.#state = "calling";
    const { topic, number } = partition;
    this.#simulation.onEvent({
      kind: "delivered",
      client: this.#process.name,
      topic,
      partition: number,
      records: batch.records.length,
      next: batch.next,
    });
    this.#call = this.#callBack(this.#stamped(batch), isStale);
  }

  /** Times are information only, so the broker's clock may show whatever it likes. */
  #stamped(batch: ReadBatch): ReadBatch {
    const { faults, random } = this.#simulation;
    if (batch.records.length === 0 || !faults.strikes("wrongTimestamps")) return batch;
    const offMs = random() < 0.5 ? TEN_YEARS_MS : -TEN_YEARS_MS;
    const records = batch.records.map((record) => {
      return { ...record, timestampMs: record.timestampMs + offMs };
    });
    return { records, next: batch.next };
  }

  async #callBack(batch: Parameters<OnBatch>[0], isStale: boolean): Promise<void> {
    try {
      await this.#onBatch(batch);
      this.#call = undefined;
      if (this.#state === "calling") this.#goOn(isStale);
    } catch (error) {
      this.fail(error);
    }
  }

  #goOn(isStale: boolean): void {
    const { deliverMs, lateMs } = this.#simulation.timing;
    if (this.#partition === undefined) return;
    if (this.#position < this.#partition.end) this.#schedule(isStale ? lateMs : deliverMs);
    else this.#state = "asleep";
  }
}
