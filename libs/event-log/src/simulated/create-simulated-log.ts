import type { EventLog, LogRecord } from "../event-log.ts";
import { eventLoopScheduler } from "./event-loop-scheduler.ts";
import { type FaultChances, type FaultCounts, Faults } from "./faults.ts";
import type { SimulatedEvent } from "./simulated-event.ts";
import type { Scheduler } from "./scheduler.ts";
import { type Random, seededRandom } from "./seeded-random.ts";
import { type CompactOptions, type LogBackup, SimulatedBroker } from "./simulated-broker.ts";
import { type SimulatedClient, SimulatedProcess } from "./simulated-client.ts";
import { type Simulation, type Timing, TIMING_DEFAULT } from "./simulation.ts";

export interface SimulatedLogOptions {
  /** All chance comes from here. */
  readonly random?: Random;
  /** All time comes from here; the real event loop unless told. */
  readonly scheduler?: Scheduler;
  /** None unless told. */
  readonly faults?: FaultChances;
  readonly timing?: Partial<Timing>;
  /** Without it a batch that landed in parts is acknowledged as if it were one: a mistake to be found. */
  readonly tellsParts?: boolean;
  readonly onEvent?: (event: SimulatedEvent) => void;
}

/** The log itself is also a client, for those who need only one. */
export interface SimulatedLog extends EventLog {
  /** A new handle, as of a process of its own. */
  client(name: string): SimulatedClient;
  /** What is there, at once and unharmed by any fault. Throws when the topic is not there. */
  peek(topic: string, partition: number): readonly LogRecord[];
  /** Applies retention now. */
  compactNow(options?: CompactOptions): void;
  setFaults(chances: FaultChances): void;
  /** From now on there is no room: every append is refused. */
  fill(): void;
  /** There is room again. */
  free(): void;
  /** A copy of everything, as of this moment. */
  backup(): LogBackup;
  /** Makes an empty log what the copy holds, offsets and all. */
  restore(backup: LogBackup): void;
  /** No fault begins any more. What is late already still comes. */
  heal(): void;
  /** How often each fault has happened. */
  faultCounts(): FaultCounts;
}

/**
 * The log in memory. Without faults it keeps all promises of `EventLog` at once; with them it
 * does whatever the port allows, as often as asked. The same seed, scheduler and calls give the
 * same history: nothing in it looks at a clock, a timer or `Math.random`.
 *
 * One liberty stays out: an acknowledged append is there, once, and `bounds` are always true.
 */
export function createSimulatedLog(options: SimulatedLogOptions = {}): SimulatedLog {
  const { random = seededRandom(1), scheduler = eventLoopScheduler } = options;
  const { tellsParts = true, onEvent = () => {} } = options;
  const faults = new Faults(random, options.faults ?? {}, (name) =>
    onEvent({ kind: "fault", name }),
  );
  const timing = { ...TIMING_DEFAULT, ...options.timing };
  const simulation: Simulation = { random, scheduler, faults, timing, tellsParts, onEvent };
  return new SimulatedCluster(simulation);
}

class SimulatedCluster extends SimulatedProcess implements SimulatedLog {
  readonly #shared: Simulation;
  readonly #cluster: SimulatedBroker;
  readonly #clients: SimulatedProcess[] = [];

  constructor(simulation: Simulation) {
    const broker = new SimulatedBroker(simulation);
    super("default", simulation, broker);
    this.#shared = simulation;
    this.#cluster = broker;
  }

  client(name: string): SimulatedClient {
    const client = new SimulatedProcess(name, this.#shared, this.#cluster);
    this.#clients.push(client);
    return client;
  }

  peek(topic: string, partition: number): readonly LogRecord[] {
    return [...this.#cluster.partition(topic, partition).records];
  }

  compactNow(options: CompactOptions = {}): void {
    this.#cluster.compact(options);
  }

  setFaults(chances: FaultChances): void {
    this.#shared.faults.set(chances);
  }

  fill(): void {
    this.#cluster.isFull = true;
  }

  free(): void {
    this.#cluster.isFull = false;
  }

  backup(): LogBackup {
    return this.#cluster.backup();
  }

  restore(backup: LogBackup): void {
    this.#cluster.restore(backup);
  }

  heal(): void {
    this.#shared.faults.heal();
    this.free();
    for (const group of this.#cluster.groups()) group.heal();
  }

  faultCounts(): FaultCounts {
    return this.#shared.faults.counts;
  }

  /** Closes all clients. */
  override async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
    await super.close();
  }
}
