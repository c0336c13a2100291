import { ChangeFeed, FEED_RULES, installationCommit } from "@titan/change-feed";
import {
  createSimulatedLog,
  integerBelow,
  SeededScheduler,
  seededRandom,
  type Random,
  type SimulatedClient,
  type SimulatedLog,
} from "@titan/event-log/testing";
import type { Operation, Proposal } from "@titan/domain";
import {
  appendPersistently,
  openInstallation,
  RULES,
  viewTask,
  type Clock,
  type InputPartition,
} from "@titan/processor-runtime";
import { encode } from "@titan/schema-codec";
import { SECOND_VERSION, SLICE_VIEWS, TOPIC_VIEWS } from "./all-views.ts";
import { firstOperations, proposalOf, randomOperations } from "./generator.ts";
import { allInputs } from "./all-inputs.ts";
import type { ClusterOptions, ClusterResult } from "./cluster-options.ts";
import { Observer } from "./observer.ts";
import { rolesOf, viewOf } from "./roles.ts";
import { SimHost } from "./sim-host.ts";
import { Truth } from "./truth.ts";
import { virtualClock } from "./virtual-clock.ts";
import { wrongDecisions, wrongVerdicts } from "./verdict-checks.ts";

interface Owner {
  readonly client: SimulatedClient;
  stop(): void;
}

const H = 2;
const D = 2;
const COUNTS = { hostPartitions: H, deploymentPartitions: D };
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
    this.#clock = virtualClock(this.#scheduler);
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
    for (const role of rolesOf(this.#options, COUNTS)) this.#startOwner(role);
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

  #startOwner(role: string): void {
    const client = this.#log.client(`${role} ${(this.#ids += 1)}`);
    const failed = (error: unknown): void => this.#violation(`${role} failed: ${String(error)}`);
    const owners = this.#owners.get(role) ?? [];
    if (role === "feed") {
      const feed = new ChangeFeed({
        log: client,
        clock: this.#clock,
        counts: COUNTS,
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
      const view = viewOf(this.#options, name, version === "v2");
      const task = viewTask(view, Number(partition), {
        log: client,
        clock: this.#clock,
        counts: COUNTS,
        rules: this.#options.rules ?? RULES,
        onStatus: (_, status) => this.#options.onStatus?.(role, status),
      });
      task.run().catch(failed);
      owners.push({ client, stop: () => task.stop() });
    }
    this.#owners.set(role, owners);
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

  async #learnTopics(): Promise<void> {
    const topics = await this.#scheduler.settle(this.#log.topics());
    this.#topics = topics.map(({ name }) => name).filter((name) => name !== "titan.proposal");
  }

  #disturb(): void {
    const { crash, rival } = this.#options;
    for (const role of rolesOf(this.#options, COUNTS)) {
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
    const report = (text: string): void => this.#violation(text);
    const observer = new Observer(client, inputs, this.#truth, report, rules);
    observer.run().catch((error: unknown) => report(`observer: ${String(error)}`));
    this.#observers.push(observer);
    return observer;
  }

  #someInputs(): readonly InputPartition[] {
    const all = allInputs({ H, D });
    const first = integerBelow(this.#random, all.length);
    return [first, first + 1, first + 3].flatMap((at) => all[at % all.length] ?? []);
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
    for (const role of rolesOf(this.#options, COUNTS)) this.#startOwner(role);
    for (const host of this.#hosts) host.start();
    await this.#scheduler.runUntilQuiet();
    for (const host of this.#hosts) await host.expect(this.#truth.commits().length);
    const commits = this.#truth.commits();
    for (const text of wrongVerdicts(commits, this.#acknowledged)) this.#violation(text);
    for (const text of wrongDecisions(commits, this.#sent)) this.#violation(text);
    await this.#expectUsable("before compaction");
    await this.#learnTopics();
    this.#compact(0);
    await this.#expectUsable("after compaction");
  }

  async #expectUsable(when: string): Promise<void> {
    const last = this.#truth.commits().length;
    const observers = allInputs({ H, D }).map((input) => ({
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
