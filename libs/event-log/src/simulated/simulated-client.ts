import type {
  AppendBatch,
  Bounds,
  EventLog,
  OnBatch,
  OnShare,
  Position,
  Share,
  SubscribeOptions,
  Subscription,
  TopicInfo,
  TopicSpec,
} from "../event-log.ts";
import { LogError } from "../log-error.ts";
import type { SimulatedBroker } from "./simulated-broker.ts";
import { ProcessState } from "./simulated-process-state.ts";
import { GroupMember, type SimulatedGroup } from "./simulated-group.ts";
import { SimulatedReader } from "./simulated-reader.ts";
import { SimulatedWriter } from "./simulated-writer.ts";
import { type Simulation, soon } from "./simulation.ts";

/** A process's handle on the log. */
export interface SimulatedClient extends EventLog {
  readonly name: string;
  /**
   * As `kill -9` on its process: no callback begins any more and no promise of it settles; what it
   * had in flight may land at any later time. Calls made after it do nothing, for ever.
   */
  kill(): void;
  /** As SIGSTOP: nothing is told to it; what it had sent goes on. */
  pause(): void;
  /** As SIGCONT: all that it was to be told meanwhile comes now. */
  resume(): void;
  /** Runs what its process is to see: now, when it goes on, or never. Clocks come through here. */
  run(task: () => void): void;
}

export class SimulatedProcess implements SimulatedClient {
  readonly name: string;
  readonly #simulation: Simulation;
  readonly #broker: SimulatedBroker;
  readonly #writer: SimulatedWriter;
  readonly #readers = new Set<SimulatedReader>();
  readonly #members = new Map<GroupMember, SimulatedGroup>();
  readonly #appends = new Set<Promise<unknown>>();
  readonly #state: ProcessState;
  #closed: Promise<void> | undefined;

  constructor(name: string, simulation: Simulation, broker: SimulatedBroker) {
    this.name = name;
    this.#simulation = simulation;
    this.#broker = broker;
    this.#state = new ProcessState(name, simulation.scheduler);
    this.#writer = new SimulatedWriter(simulation, broker, this.#state);
  }

  createTopics(topics: readonly TopicSpec[]): Promise<void> {
    return this.#ask(() => this.#broker.create(topics));
  }

  deleteTopics(names: readonly string[]): Promise<void> {
    return this.#ask(() => this.#broker.remove(names));
  }

  topics(): Promise<readonly TopicInfo[]> {
    return this.#ask(() => this.#broker.list());
  }

  bounds(topic: string, partition: number): Promise<Bounds> {
    return this.#ask(() => {
      const { start, end } = this.#broker.partition(topic, partition);
      return { start, end };
    });
  }

  append(batches: readonly AppendBatch[]): Promise<readonly (number | undefined)[]> {
    if (this.#closed !== undefined && !this.#isDead) return Promise.reject(closed());
    const append = this.#writer.append(batches);
    this.#appends.add(append);
    const forget = (): void => void this.#appends.delete(append);
    append.then(forget, forget);
    return append;
  }

  subscribe(from: Position, onBatch: OnBatch, options: SubscribeOptions = {}): Subscription {
    const reader = new SimulatedReader(this.#simulation, this.#state, from, onBatch, options);
    if (this.#isDead) return reader;
    for (const other of this.#readers) if (other.isEnded) this.#readers.delete(other);
    this.#readers.add(reader);
    try {
      if (this.#closed !== undefined) throw closed();
      reader.begin(this.#broker.partition(from.topic, from.partition));
    } catch (error) {
      reader.fail(error);
    }
    return reader;
  }

  share(group: string, partitions: number, on: OnShare): Share {
    if (this.#closed !== undefined && !this.#isDead) throw closed();
    const member = new GroupMember(partitions, on);
    if (!this.#isDead) {
      const joined = this.#broker.group(group);
      this.#members.set(member, joined);
      joined.join(member);
    }
    return { close: () => this.#leave(member) };
  }

  kill(): void {
    if (this.#isDead) return;
    this.#simulation.onEvent({ kind: "killed", client: this.name });
    this.#state.kill();
    this.#writer.kill();
    for (const reader of this.#readers) reader.stop();
    for (const [member, group] of this.#members) group.died(member);
  }

  pause(): void {
    this.#state.pause();
  }

  resume(): void {
    this.#state.resume();
  }

  run(task: () => void): void {
    this.#state.run(task);
  }

  get #isDead(): boolean {
    return this.#state.isDead;
  }

  close(): Promise<void> {
    this.#closed ??= this.#isDead ? Promise.resolve() : this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#appends);
    const members = [...this.#members.keys()];
    await Promise.all(members.map((member) => this.#leave(member)));
    await Promise.all([...this.#readers].map((reader) => reader.close()));
  }

  #leave(member: GroupMember): Promise<void> {
    const group = this.#members.get(member);
    if (group !== undefined && !member.isLeaving && !this.#isDead) group.leave(member);
    return member.whenLeft;
  }

  /** A question to the broker: there, answered, and back. */
  #ask<Answer>(question: () => Answer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#closed !== undefined && !this.#isDead) {
        reject(closed());
        return;
      }
      soon(this.#simulation, this.#simulation.timing.answerMs, () => {
        this.#state.run(() => {
          try {
            resolve(question());
          } catch (error) {
            if (!(error instanceof LogError)) throw error;
            reject(error);
          }
        });
      });
    });
  }
}

function closed(): LogError {
  return new LogError("closed", "refused", "the log is closed");
}
