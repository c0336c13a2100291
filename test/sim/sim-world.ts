import {
  createSimulatedLog,
  SeededScheduler,
  seededRandom,
  type LogBackup,
  type Random,
  type SimulatedClient,
  type SimulatedEvent,
  type SimulatedLog,
} from "@titan/event-log/testing";
import { openInstallation, type Clock } from "@titan/processor-runtime";
import { installationCommit } from "@titan/change-feed";
import { ClusterFaults } from "./cluster-faults.ts";
import type { ClusterOptions } from "./cluster-options.ts";
import { TOPIC_VIEWS, SLICE_VIEWS } from "./all-views.ts";
import { MortalLog, type Fate } from "./mortal-log.ts";
import { ProcessClock } from "./process-clock.ts";
import { murmur2 } from "./reference/reference-hash.ts";
import { StatementCheck } from "./statement-check.ts";
import { Trace } from "./trace.ts";
import { Truth } from "./truth.ts";
import { virtualClock } from "./virtual-clock.ts";

export const H = 2;
export const D = 2;
export const COUNTS = { hostPartitions: H, deploymentPartitions: D };
export const FIRST_INSTALLATION = "sim";

const VIOLATIONS_MAX = 3;
const TEN_YEARS_MS = 10 * 365 * 24 * 60 * 60 * 1_000;
const TIMING = { landMs: 20, answerMs: 5, deliverMs: 20, lateMs: 2_000 };
const PAUSE_MS_MIN = 200;
const PAUSE_MS_SPAN = 5_000;
/** Of a process that follows one that died at a call: so many calls belong to its recovery. */
const RECOVERY_CALLS = 60;

/** A process of the simulation: its handle on the log, and its clock. */
export interface SimProcess {
  readonly client: SimulatedClient;
  readonly log: MortalLog;
  readonly clock: ProcessClock;
}

/**
 * What all parts of one history share: the log, time, chance, the truth, and the place where
 * violations are reported. Each part has chance of its own, so that leaving one out changes no other.
 */
export class SimWorld {
  readonly options: ClusterOptions;
  readonly scheduler: SeededScheduler;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly faults: ClusterFaults;
  readonly violations: string[] = [];
  readonly statements: StatementCheck;
  #log: SimulatedLog;
  #truth: Truth;
  #installation = FIRST_INSTALLATION;
  #ids = 0;
  readonly #logFaults = new Map<string, number>();

  constructor(options: ClusterOptions) {
    this.options = options;
    this.scheduler = new SeededScheduler(this.random("scheduler"));
    this.clock = virtualClock(this.scheduler);
    this.trace = new Trace(() => this.scheduler.now(), options.keepHistory ?? false);
    this.faults = new ClusterFaults(options, (name) => this.random(`fault ${name}`));
    this.#log = this.#newLog();
    this.#truth = new Truth(this.#log, { H, D });
    this.statements = new StatementCheck(this.#truth, (text) => this.violation(text));
  }

  get log(): SimulatedLog {
    return this.#log;
  }

  /** Of the log that is there now. */
  get truth(): Truth {
    return this.#truth;
  }

  get installation(): string {
    return this.#installation;
  }

  /** How often each fault happened, of the log and of the cluster. */
  get faultCounts(): Readonly<Record<string, number>> {
    return { ...Object.fromEntries(this.#logFaults), ...this.faults.counts };
  }

  /** Chance of a part's own, from the seed. */
  random(part: string): Random {
    return seededRandom(this.options.seed + (murmur2(part) >>> 12) * 2 ** 32);
  }

  nextId(): number {
    return (this.#ids += 1);
  }

  violation(text: string): void {
    this.trace.note(`violation: ${text}`);
    if (this.violations.length < VIOLATIONS_MAX) this.violations.push(text);
  }

  /** Makes the installation, or takes over the one that a restored log has. */
  async install(): Promise<void> {
    const views = [...TOPIC_VIEWS, ...SLICE_VIEWS].map(({ name, version }) => ({ name, version }));
    const first = installationCommit({
      installationId: this.#installation,
      commitId: `first ${this.#installation}`,
      hostPartitions: H,
      deploymentPartitions: D,
      views: [...views, { name: "gitops-writer", version: 1 }],
      now: 0,
    });
    await this.scheduler.settle(openInstallation(this.#log, this.clock, first));
  }

  /** Behind the same address is another log from now on; what was there is gone. */
  replaceLog(installation: string, backup?: LogBackup): void {
    this.#countLogFaults();
    this.#installation = installation;
    this.#log = this.#newLog();
    this.#truth = new Truth(this.#log, { H, D });
    this.statements.follow(this.#truth);
    if (backup !== undefined) this.#log.restore(backup);
  }

  /**
   * A new process. It dies at calls as the faults say, and more often while it recovers from a death
   * of that kind; `onDeath` is called then, and the process is dead already.
   */
  process(
    name: string,
    onDeath: () => void,
    how: { readonly recovers?: boolean; readonly hasIdleSleeps?: boolean } = {},
  ): SimProcess {
    const client = this.#log.client(`${name} ${this.nextId()}`);
    let calls = 0;
    const fateAt = (call: string): Fate => {
      calls += 1;
      const recovers = how.recovers === true && calls <= RECOVERY_CALLS;
      const fault = recovers ? "crashAgain" : "crashAtCall";
      if (!this.faults.strikes(fault)) return "lives";
      this.faults.count(fault);
      const isBefore = this.faults.random(fault)() < 0.5;
      this.trace.note(`${client.name} dies ${isBefore ? "before" : "after"} ${call}`);
      return isBefore ? "dies-before" : "dies-after";
    };
    const die = (): void => {
      client.kill();
      onDeath();
    };
    const offMs = this.faults.strikes("clockJump") ? this.#jumpMs() : 0;
    const idle = how.hasIdleSleeps ?? false;
    const clock = new ProcessClock(this.scheduler, client, offMs, idle);
    return { client, clock, log: new MortalLog(client, fateAt, die) };
  }

  jumpClock({ client, clock }: SimProcess): void {
    const byMs = this.#jumpMs();
    this.faults.count("clockJump");
    this.trace.note(`the clock of ${client.name} jumps by ${byMs > 0 ? "+" : "-"}10 years`);
    clock.jump(byMs);
  }

  /** The process gets nothing for a while, as if it were stopped; then all at once. */
  standStill(client: SimulatedClient): void {
    const forMs = PAUSE_MS_MIN + this.faults.random("pause")() * PAUSE_MS_SPAN;
    this.faults.count("pause");
    this.trace.note(`${client.name} stands still for ${forMs.toFixed(0)} ms`);
    client.pause();
    this.scheduler.after(forMs, () => client.resume());
  }

  #jumpMs(): number {
    return this.faults.random("clockJump")() < 0.5 ? TEN_YEARS_MS : -TEN_YEARS_MS;
  }

  heal(): void {
    this.faults.heal();
    this.#log.heal();
    this.#countLogFaults();
  }

  #countLogFaults(): void {
    for (const [name, count] of Object.entries(this.#log.faultCounts())) {
      // Nobody shares partitions here: what could go wrong with that is not played.
      if (!(name in this.options.faults)) continue;
      this.#logFaults.set(name, (this.#logFaults.get(name) ?? 0) + count);
    }
  }

  #newLog(): SimulatedLog {
    // What a log that was replaced still does concerns nobody.
    const onEvent = (event: SimulatedEvent): void => {
      if (log === this.#log) this.#onEvent(event);
    };
    const log = createSimulatedLog({
      random: this.random(`log ${this.#installation}`),
      scheduler: this.scheduler,
      faults: {},
      timing: TIMING,
      tellsParts: this.options.tellsParts ?? true,
      onEvent,
    });
    return log;
  }

  #onEvent(event: SimulatedEvent): void {
    this.trace.log(event);
    if (event.kind === "landed")
      this.statements.landed(event.topic, event.partition, event.records);
  }
}
