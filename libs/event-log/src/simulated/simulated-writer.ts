import { type AppendBatch, type AppendRecord, RECORD_BYTES_MAX } from "../event-log.ts";
import { LogError } from "../log-error.ts";
import { integerBelow } from "./seeded-random.ts";
import type { SimulatedBroker } from "./simulated-broker.ts";
import type { SimulatedPartition } from "./simulated-partition.ts";
import type { ProcessState } from "./simulated-process-state.ts";
import { type Simulation, soon } from "./simulation.ts";

/** One append on its way. */
interface Flight {
  readonly offsets: (number | undefined)[];
  left: number;
  isKnown: boolean;
  readonly resolve: (offsets: readonly (number | undefined)[]) => void;
  readonly reject: (error: LogError) => void;
}

interface Landing {
  readonly partition: SimulatedPartition;
  readonly records: readonly AppendRecord[];
  readonly landed: (offset: number) => void;
}

/**
 * The appends of one client. Without faults they land in the order of the calls, per partition.
 * What a fault makes late goes its own way and may overtake or be overtaken.
 */
export class SimulatedWriter {
  readonly #simulation: Simulation;
  readonly #broker: SimulatedBroker;
  readonly #process: ProcessState;
  /** Per partition what is to land, in order. A due task lands the first, whoever's it is. */
  readonly #lanes = new Map<SimulatedPartition, Landing[]>();

  constructor(simulation: Simulation, broker: SimulatedBroker, process: ProcessState) {
    this.#simulation = simulation;
    this.#broker = broker;
    this.#process = process;
  }

  append(batches: readonly AppendBatch[]): Promise<readonly (number | undefined)[]> {
    return new Promise((resolve, reject) => {
      const offsets = batches.map(() => undefined);
      const flight = { offsets, left: batches.length, isKnown: true, resolve, reject };
      if (!this.#process.isDead) this.#start(flight, batches);
    });
  }

  /** What is on its way lands at some later time, or never; no promise settles any more. */
  kill(): void {
    for (const lane of this.#lanes.values()) {
      for (const { partition, records } of lane) {
        if (this.#simulation.faults.strikes("landingAfterDeath"))
          this.#landLate(partition, records);
      }
    }
    this.#lanes.clear();
  }

  #start(flight: Flight, batches: readonly AppendBatch[]): void {
    let partitions: readonly SimulatedPartition[];
    try {
      partitions = batches.map((batch) => this.#check(batch));
      this.#requireRoom();
    } catch (error) {
      if (!(error instanceof LogError)) throw error;
      this.#refuse(flight, error);
      return;
    }
    if (batches.length === 0) this.#answer(() => flight.resolve([]));
    const lanes = partitions.map((partition, index) => {
      return this.#send(flight, index, partition, copy(batches[index]?.records ?? []));
    });
    const { faults, timing } = this.#simulation;
    if (lanes.length > 1 && faults.strikes("reorderedPartitions")) {
      for (const lane of lanes) soon(this.#simulation, timing.lateMs, () => this.#landFirst(lane));
    } else {
      soon(this.#simulation, timing.landMs, () => lanes.forEach((lane) => this.#landFirst(lane)));
    }
  }

  #check({ topic, partition, records }: AppendBatch): SimulatedPartition {
    for (const { key, value } of records) {
      if (value.length + Buffer.byteLength(key) <= RECORD_BYTES_MAX) continue;
      throw new LogError("record-too-large", "refused", `a record for ${topic} is too large`);
    }
    return this.#broker.partition(topic, partition);
  }

  /** Decides what becomes of one batch and puts what lands in order into its lane. */
  #send(
    flight: Flight,
    index: number,
    partition: SimulatedPartition,
    records: readonly AppendRecord[],
  ): Landing[] {
    const { faults, random } = this.#simulation;
    const lane = this.#lane(partition);
    const push = (part: readonly AppendRecord[], isKnown: boolean, late?: () => void): void => {
      const landed = (offset: number): void => {
        late?.();
        flight.offsets[index] = offset;
        this.#done(flight, isKnown);
      };
      lane.push({ partition, records: part, landed });
    };
    if (faults.strikes("lostAppend")) {
      push([], false);
    } else if (faults.strikes("delayedLanding")) {
      push([], false, () => this.#landLate(partition, records));
    } else if (faults.strikes("duplicateLanding")) {
      push(records, false, () => this.#landLate(partition, records));
    } else if (records.length > 1 && faults.strikes("splitBatch")) {
      const cut = 1 + integerBelow(random, records.length - 1);
      const isRestLost = random() < 0.5;
      push(records.slice(0, cut), false, () => {
        if (!isRestLost) this.#landLate(partition, records.slice(cut));
      });
    } else if (records.length > 1 && faults.strikes("appendInParts")) {
      const cut = 1 + integerBelow(random, records.length - 1);
      this.#sendParts(flight, index, lane, partition, [records.slice(0, cut), records.slice(cut)]);
    } else {
      push(records, !faults.strikes("lostAcknowledgement"));
    }
    return lane;
  }

  /** Others may write between the two; of this client nothing comes between. */
  #sendParts(
    flight: Flight,
    index: number,
    lane: Landing[],
    partition: SimulatedPartition,
    [first, rest]: readonly [readonly AppendRecord[], readonly AppendRecord[]],
  ): void {
    let next = 0;
    const firstLanded = (offset: number): void => {
      flight.offsets[index] = offset;
      next = offset + first.length;
    };
    const restLanded = (offset: number): void => {
      if (offset !== next && this.#simulation.tellsParts) flight.offsets[index] = undefined;
      this.#done(flight, true);
    };
    lane.push({ partition, records: first, landed: firstLanded });
    lane.push({ partition, records: rest, landed: restLanded });
    soon(this.#simulation, this.#simulation.timing.lateMs, () => this.#landFirst(lane));
  }

  #lane(partition: SimulatedPartition): Landing[] {
    const lane = this.#lanes.get(partition) ?? [];
    this.#lanes.set(partition, lane);
    return lane;
  }

  #landFirst(lane: Landing[]): void {
    if (this.#process.isDead) return;
    const landing = lane.shift();
    if (landing === undefined) return;
    if (lane.length === 0) this.#lanes.delete(landing.partition);
    landing.landed(this.#broker.land(landing.partition, landing.records));
  }

  #landLate(partition: SimulatedPartition, records: readonly AppendRecord[]): void {
    soon(this.#simulation, this.#simulation.timing.lateMs, () => {
      this.#broker.land(partition, records);
    });
  }

  #done(flight: Flight, isKnown: boolean): void {
    flight.isKnown &&= isKnown;
    flight.left -= 1;
    if (flight.left > 0) return;
    this.#answer(() => {
      if (!flight.isKnown) {
        this.#tellRefused("not-acknowledged");
        flight.reject(new LogError("not-acknowledged", "unknown", "no acknowledgement came"));
        return;
      }
      const { offsets } = flight;
      this.#simulation.onEvent({ kind: "acknowledged", client: this.#process.name, offsets });
      flight.resolve(offsets);
    });
  }

  #refuse(flight: Flight, error: LogError): void {
    this.#answer(() => {
      this.#tellRefused(error.code);
      flight.reject(error);
    });
  }

  #tellRefused(code: string): void {
    this.#simulation.onEvent({ kind: "not-acknowledged", client: this.#process.name, code });
  }

  #requireRoom(): void {
    const { faults } = this.#simulation;
    if (this.#broker.isFull) faults.count("diskFull");
    else if (!faults.strikes("diskFull")) return;
    throw new LogError("disk-full", "refused", "there is no room for the records");
  }

  #answer(task: () => void): void {
    soon(this.#simulation, this.#simulation.timing.answerMs, () => this.#process.run(task));
  }
}

function copy(records: readonly AppendRecord[]): readonly AppendRecord[] {
  return records.map(({ key, value }) => ({ key, value: value.slice() }));
}
