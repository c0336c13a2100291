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
import { decide, World, type Operation, type Proposal } from "@titan/domain";
import {
  appendPersistently,
  openInstallation,
  RULES,
  taskCount,
  viewTask,
  type Clock,
  type InputPartition,
  type Rules,
  type TaskStatus,
} from "@titan/processor-runtime";
import type { HostRules } from "@titan/host-agent/testing";
import { encode } from "@titan/schema-codec";
import { SECOND_VERSION, SLICE_VIEWS, TOPIC_VIEWS, type AnyView } from "./all-views.ts";
import { firstOperations, proposalOf, randomOperations } from "./generator.ts";
import { Observer } from "./observer.ts";
import { SimHost } from "./sim-host.ts";
import { Truth } from "./truth.ts";

export interface ClusterOptions {
  readonly seed: number;
  readonly proposals: number;
  /** The longest time between two of them; the shorter, the more is under way at once. */
  readonly stepMs?: number;
  readonly faults: FaultChances;
  /** Chance, per proposal, that an owner is killed and that a further one is started. */
  readonly crash: number;
  readonly rival: number;
  readonly rules?: Rules;
  readonly feedRules?: FeedRules;
  readonly hostRules?: HostRules;
  /** Chance that a host's process is killed at a call of its disk. */
  readonly diskCrash?: number;
  /** How many commits the feed knows the proposals of. */
  readonly windowLength?: number;
  /** Chance, per proposal, that an earlier one is sent again. */
  readonly repeat?: number;
  /** The mistake of a sender that gives a repetition the newest revision that it has seen by now. */
  readonly stampSeenAnew?: boolean;
  /** Chance, per proposal, that another version of a view is activated. */
  readonly activate?: number;
  readonly onStatus?: (role: string, status: TaskStatus) => void;
  /** Replaces a view by one with a mistake in it. */
  readonly brokenView?: AnyView;
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
const DISK_CRASH = 0.005;

/** Plays one seeded history with the real feed and the real views, then demands convergence. */
export class Cluster {
  readonly #options: ClusterOptions;
  readonly #random: Random;
  readonly #scheduler: SeededScheduler;
  readonly #log: SimulatedLog;
  readonly #clock: Clock;
  readonly #truth: Truth;
  readonly #owners = new Map<string, Owner[]>();
  readonly #observers: Observer[] = [];
  readonly #hosts: readonly SimHost[];
  readonly #violations: string[] = [];
  readonly #sent: Proposal[] = [];
  readonly #acknowledged = new Set<string>();
  #topics: readonly string[] = [];
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
    this.#hosts = ["h0", "h1"].map(
      (name) =>
        new SimHost({
          name,
          truth: this.#truth,
          clock: this.#clock,
          random: this.#random,
          counts: { H, D },
          diskCrash: options.diskCrash ?? DISK_CRASH,
          newClient: () => this.#log.client(`host ${name} ${(this.#ids += 1)}`),
          onViolation: (text) => this.#violation(text),
          ...(options.hostRules === undefined ? {} : { rules: options.hostRules }),
        }),
    );
  }

  /** What every topic held in the end, for comparing two runs of one seed. */
  trace(): string {
    return this.#topics
      .flatMap((topic) => this.#log.peek(topic, 0))
      .map(({ offset, key, value }) => `${offset} ${key} ${Buffer.from(value).toString("base64")}`)
      .join("\n");
  }

  async play(): Promise<ClusterResult> {
    await this.#install();
    this.#log.setFaults(this.#options.faults);
    for (const role of this.#roles()) this.#startOwner(role);
    this.#propose(firstOperations());
    for (let at = 0; at < this.#options.proposals; at += 1) {
      this.#propose(randomOperations(this.#random));
      if (this.#random() < (this.#options.repeat ?? 0)) this.#repeat();
      if (this.#random() < (this.#options.activate ?? 0)) this.#activate();
      if (at % 5 === 0) await this.#learnTopics();
      this.#disturb();
      await this.#scheduler.runFor(this.#random() * (this.#options.stepMs ?? STEP_MS));
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
      ...((this.#options.activate ?? 0) > 0
        ? Array.from(
            { length: taskCount(SECOND_VERSION, counts) },
            (_, at) => `${SECOND_VERSION.name} ${at} v2`,
          )
        : []),
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
        ...(this.#options.windowLength === undefined
          ? {}
          : { windowLength: this.#options.windowLength }),
      });
      feed.run().catch(failed);
      owners.push({ client, stop: () => feed.stop() });
    } else {
      const [name = "", partition, version] = role.split(" ");
      const view = this.#view(name, version === "v2");
      const task = viewTask(view, Number(partition), {
        log: client,
        clock: this.#clock,
        counts: { hostPartitions: H, deploymentPartitions: D },
        rules: this.#options.rules ?? RULES,
        onStatus: (_, status) => this.#options.onStatus?.(role, status),
      });
      task.run().catch(failed);
      owners.push({ client, stop: () => task.stop() });
    }
    this.#owners.set(role, owners);
  }

  #view(name: string, second: boolean): AnyView {
    if (second) return SECOND_VERSION;
    const { brokenView } = this.#options;
    if (brokenView?.name === name) return brokenView;
    const view = [...TOPIC_VIEWS, ...SLICE_VIEWS].find((other) => other.name === name);
    if (view === undefined) throw new Error(`no view ${name}`);
    return view;
  }

  #propose(operations: readonly Operation[]): void {
    const proposal = proposalOf(`p${(this.#ids += 1)}`, this.#truth.commits().length, operations);
    this.#sent.push(proposal);
    this.#send(proposal);
  }

  #send(proposal: Proposal): void {
    const records = [{ key: "default", value: encode("proposal", proposal) }];
    const batch = { topic: "titan.proposal", partition: 0, records };
    void appendPersistently(this.#log, [batch], this.#clock).then(() =>
      this.#acknowledged.add(proposal.id),
    );
  }

  /** Sends a change again that was sent before: the same bytes, at any time later. */
  #repeat(): void {
    const again = this.#sent[integerBelow(this.#random, this.#sent.length)];
    if (again === undefined) return;
    const seen = this.#options.stampSeenAnew ? this.#truth.commits().length : again.seen;
    this.#send({ ...again, seen });
  }

  #activate(): void {
    const { name } = SECOND_VERSION;
    const version = 1 + integerBelow(this.#random, 2);
    const document = JSON.stringify({ kind: "View", metadata: { name }, spec: { version } });
    this.#propose([{ action: "APPLY", kind: "View", document, expected: null }]);
  }

  /** Every verdict is the pure decision on the world of the commits before it. */
  #checkDecisions(): void {
    const byId = new Map(this.#sent.map((proposal) => [proposal.id, proposal]));
    const world = new World();
    for (const commit of this.#truth.commits()) {
      const proposal = byId.get(commit.proposalId);
      const unknown = commit.refusals.some(({ code }) => code === "outcome-unknown");
      if (proposal !== undefined && !unknown) {
        const verdict = decide(world, proposal, { revision: commit.revision });
        const decided = verdict.accepted ? verdict.events : verdict.refusals;
        const recorded = commit.accepted ? commit.events : commit.refusals;
        if (JSON.stringify(decided) !== JSON.stringify(recorded)) {
          this.#violation(`commit ${commit.revision} is not the decision on the world before it`);
        }
      }
      world.apply(commit.events, commit.revision);
    }
  }

  /** Each id is accepted at most once, and every proposal that was acknowledged has a verdict. */
  #checkVerdicts(): void {
    const accepted = new Set<string>();
    const decided = new Set<string>();
    for (const { proposalId, accepted: taken, revision } of this.#truth.commits()) {
      decided.add(proposalId);
      if (taken && accepted.has(proposalId)) {
        this.#violation(`proposal ${proposalId} is accepted again at ${revision}`);
      }
      if (taken) accepted.add(proposalId);
    }
    for (const id of this.#acknowledged) {
      if (!decided.has(id)) this.#violation(`proposal ${id} was acknowledged and never decided`);
    }
  }

  async #learnTopics(): Promise<void> {
    const topics = await this.#scheduler.settle(this.#log.topics());
    this.#topics = topics.map(({ name }) => name).filter((name) => name !== "titan.proposal");
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
    for (const host of this.#hosts) {
      if (this.#random() < (host.isDead ? 0.6 : crash / 4)) {
        host.kill();
        host.start();
      }
    }
    if (this.#random() < 0.15) this.#compact(integerBelow(this.#random, 2_000));
    if (this.#random() < 0.2) this.#observe(this.#someInputs());
  }

  /** All but the proposals: those are kept until long after they were decided. */
  #compact(lagMs: number): void {
    for (const topic of this.#topics) this.#log.compactNow({ topic, lagMs });
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
    for (const host of this.#hosts) {
      host.kill();
      host.heal();
    }
    await this.#scheduler.runUntilQuiet();
    for (const role of this.#roles()) this.#startOwner(role);
    for (const host of this.#hosts) host.start();
    await this.#scheduler.runUntilQuiet();
    for (const host of this.#hosts) await host.expect(this.#truth.commits().length);
    this.#checkVerdicts();
    this.#checkDecisions();
    await this.#expectUsable("before compaction");
    await this.#learnTopics();
    this.#compact(0);
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
