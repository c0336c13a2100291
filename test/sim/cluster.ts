import { ChangeFeed, FEED_RULES, installationCommit, type FeedRules } from "@titan/change-feed";
import {
  createSimulatedLog,
  integerBelow,
  SeededScheduler,
  seededRandom,
  type FaultChances,
  type Random,
  type SimulatedClient,
  type SimulatedLog,
} from "@titan/event-log/testing";
import {
  appendPersistently,
  openInstallation,
  RULES,
  taskCount,
  viewTask,
  type Clock,
  type InputPartition,
  type Rules,
} from "@titan/processor-runtime";
import { encode } from "@titan/schema-codec";
import { SLICE_VIEWS, TOPIC_VIEWS } from "./all-views.ts";
import { firstOperations, proposalOf, randomOperations } from "./generator.ts";
import { Observer } from "./observer.ts";
import { Truth } from "./truth.ts";

export interface ClusterOptions {
  readonly seed: number;
  readonly proposals: number;
  readonly faults: FaultChances;
  /** Chance, per proposal, that an owner is killed and that a further one is started. */
  readonly crash: number;
  readonly rival: number;
  readonly rules?: Rules;
  readonly feedRules?: FeedRules;
}

export interface ClusterResult {
  readonly violations: readonly string[];
  readonly revision: number;
  /** How many cuts observers believed, to see that the run tested something. */
  readonly believed: number;
}

interface Owner {
  readonly client: SimulatedClient;
  stop(): void;
}

const H = 2;
const D = 2;
const OWNERS_MAX = 3;
const STEP_MS = 200;
const VIOLATIONS_MAX = 3;

/** Plays one seeded history with the real feed and the real views, then demands convergence. */
export class Cluster {
  readonly #options: ClusterOptions;
  readonly #random: Random;
  readonly #scheduler: SeededScheduler;
  readonly #log: SimulatedLog;

  get log(): SimulatedLog {
    return this.#log;
  }

  readonly #clock: Clock;
  readonly #truth: Truth;
  readonly #owners = new Map<string, Owner[]>();
  readonly #observers: Observer[] = [];
  readonly #violations: string[] = [];
  #ids = 0;

  constructor(options: ClusterOptions) {
    this.#options = options;
    this.#random = seededRandom(options.seed);
    this.#scheduler = new SeededScheduler(seededRandom(options.seed + 0.5));
    this.#log = createSimulatedLog({
      random: seededRandom(options.seed + 0.25),
      scheduler: this.#scheduler,
      faults: {},
      timing: { landMs: 20, answerMs: 5, deliverMs: 20, lateMs: 2_000 },
      wholeBatches: (topic) => topic === "titan.change",
    });
    this.#clock = {
      now: () => Math.floor(this.#scheduler.now()),
      sleep: (durationMs) =>
        new Promise((resolve) => {
          this.#scheduler.after(durationMs, resolve);
        }),
    };
    this.#truth = new Truth(this.#log, { H, D });
  }

  async play(): Promise<ClusterResult> {
    await this.#install();
    this.#log.setFaults(this.#options.faults);
    for (const role of this.#roles()) this.#startOwner(role);
    this.#propose(firstOperations());
    for (let at = 0; at < this.#options.proposals; at += 1) {
      this.#propose(randomOperations(this.#random));
      this.#disturb();
      await this.#scheduler.runFor(this.#random() * STEP_MS);
      if (this.#violations.length > 0) return this.#result();
    }
    await this.#heal();
    return this.#result();
  }

  async #install(): Promise<void> {
    const views = [...TOPIC_VIEWS, ...SLICE_VIEWS].map(({ name, version }) => ({ name, version }));
    const first = installationCommit({
      installationId: "sim",
      commitId: "first",
      hostPartitions: H,
      deploymentPartitions: D,
      views,
      now: 0,
    });
    await this.#scheduler.settle(openInstallation(this.#log, this.#clock, first));
  }

  #roles(): readonly string[] {
    const counts = { hostPartitions: H, deploymentPartitions: D };
    return [
      "feed",
      ...[...TOPIC_VIEWS, ...SLICE_VIEWS].flatMap((view) =>
        Array.from({ length: taskCount(view, counts) }, (_, at) => `${view.name} ${at}`),
      ),
    ];
  }

  #startOwner(role: string): void {
    const client = this.#log.client(`${role} ${(this.#ids += 1)}`);
    const failed = (error: unknown): void => this.#violation(`${role} failed: ${String(error)}`);
    const owners = this.#owners.get(role) ?? [];
    if (role === "feed") {
      const feed = new ChangeFeed({
        log: client,
        clock: this.#clock,
        counts: { hostPartitions: H, deploymentPartitions: D },
        newId: () => `commit-${(this.#ids += 1)}`,
        rules: this.#options.feedRules ?? FEED_RULES,
      });
      feed.run().catch(failed);
      owners.push({ client, stop: () => feed.stop() });
    } else {
      const [name, partition] = role.split(" ");
      const view = [...TOPIC_VIEWS, ...SLICE_VIEWS].find((other) => other.name === name);
      if (view === undefined) throw new Error(`no view ${name}`);
      const task = viewTask(view, Number(partition), {
        log: client,
        clock: this.#clock,
        counts: { hostPartitions: H, deploymentPartitions: D },
        rules: this.#options.rules ?? RULES,
      });
      task.run().catch(failed);
      owners.push({ client, stop: () => task.stop() });
    }
    this.#owners.set(role, owners);
  }

  #propose(operations: ReturnType<typeof randomOperations>): void {
    const proposal = proposalOf(`p${(this.#ids += 1)}`, this.#truth.commits().length, operations);
    const records = [{ key: "default", value: encode("proposal", proposal) }];
    void appendPersistently(
      this.#log,
      [{ topic: "titan.proposal", partition: 0, records }],
      this.#clock,
    );
  }

  #disturb(): void {
    const { crash, rival } = this.#options;
    for (const role of this.#roles()) {
      const owners = this.#owners.get(role) ?? [];
      if (owners.length > 0 && this.#random() < crash) {
        const [dead] = owners.splice(integerBelow(this.#random, owners.length), 1);
        dead?.client.kill();
      }
      const wanted = owners.length === 0 ? 0.6 : rival;
      if (owners.length < OWNERS_MAX && this.#random() < wanted) this.#startOwner(role);
    }
    if (this.#random() < 0.15) this.#log.compactNow({ lagMs: integerBelow(this.#random, 2_000) });
    if (this.#random() < 0.2) this.#observe(this.#someInputs());
  }

  #observe(inputs: readonly InputPartition[], rules = this.#options.rules): Observer {
    const client = this.#log.client(`observer ${(this.#ids += 1)}`);
    const observer = new Observer(
      client,
      inputs,
      this.#truth,
      (text) => this.#violation(text),
      rules,
    );
    observer.run().catch((error: unknown) => this.#violation(`observer: ${String(error)}`));
    this.#observers.push(observer);
    return observer;
  }

  #someInputs(): readonly InputPartition[] {
    const all = this.#allInputs();
    const first = integerBelow(this.#random, all.length);
    return [first, first + 1, first + 3].flatMap((at) => all[at % all.length] ?? []);
  }

  #allInputs(): readonly InputPartition[] {
    const nouns = ["workspace", "target", "template", "workload", "deployment", "view"];
    const inputs: InputPartition[] = nouns.map((noun) => ({
      topic: `titan.${noun}`,
      partition: 0,
      cuts: "frontier",
    }));
    for (let partition = 0; partition < H; partition += 1) {
      inputs.push({ topic: "titan.host", partition, cuts: "frontier" });
      inputs.push({ topic: "titan.host-target", partition, cuts: "marks" });
      inputs.push({ topic: "titan.host-deployment", partition, cuts: "marks" });
    }
    for (let partition = 0; partition < D; partition += 1) {
      inputs.push({ topic: "titan.rendered-deployment", partition, cuts: "marks" });
    }
    inputs.push({ topic: "titan.assignment", partition: 0, cuts: "marks" });
    return inputs;
  }

  /** Faults stop, one owner per role runs until quiet, everything is compacted, new readers look. */
  async #heal(): Promise<void> {
    this.#log.heal();
    for (const owners of this.#owners.values()) {
      for (const { client } of owners.splice(0)) client.kill();
    }
    await this.#scheduler.runUntilQuiet();
    for (const role of this.#roles()) this.#startOwner(role);
    await this.#scheduler.runUntilQuiet();
    await this.#expectUsable("before compaction");
    this.#log.compactNow({ lagMs: 0 });
    await this.#expectUsable("after compaction");
  }

  async #expectUsable(when: string): Promise<void> {
    const last = this.#truth.commits().length;
    const observers = this.#allInputs().map((input) => ({
      input,
      observer: this.#observe([input], RULES),
    }));
    const slices = await this.#scheduler.settle(this.#log.topics());
    const named = slices.filter(({ name }) => /^titan\.(host|deployment)\./.test(name));
    const sliceObservers = named.map(({ name }) => ({
      input: { topic: name, partition: 0, cuts: "marks" as const },
      observer: this.#observe([{ topic: name, partition: 0, cuts: "marks" }], RULES),
    }));
    await this.#scheduler.runUntilQuiet();
    for (const { input, observer } of observers) {
      if (observer.believed !== last) {
        this.#violation(
          `${when}, a new reader is at ${observer.believed} of ${last} in ${input.topic} ${input.partition}`,
        );
      }
    }
    for (const { input, observer } of sliceObservers) {
      if (observer.believed <= 0) this.#violation(`${when}, no new reader can use ${input.topic}`);
      else observer.compareWith(last);
    }
  }

  #violation(text: string): void {
    if (this.#violations.length < VIOLATIONS_MAX) this.#violations.push(text);
  }

  #result(): ClusterResult {
    for (const observer of this.#observers) observer.stop();
    return {
      violations: this.#violations,
      revision: this.#truth.commits().length,
      believed: this.#observers.filter(({ believed }) => believed > 0).length,
    };
  }
}
