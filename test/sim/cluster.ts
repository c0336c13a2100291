import { integerBelow, type LogBackup } from "@titan/event-log/testing";
import { AWAY_DAYS, Calendar, type Once } from "./calendar.ts";
import { chosenOptions } from "./chosen-options.ts";
import type { ClusterOptions, ClusterResult } from "./cluster-options.ts";
import { Owners } from "./owners.ts";
import { expireByAge, expireOldest } from "./proposal-retention.ts";
import { Readers } from "./readers.ts";
import { asInstallation } from "./replacement.ts";
import { Sender } from "./sender.ts";
import { SimGit } from "./sim-git.ts";
import { idleClock } from "./sim-host-clock.ts";
import { SimHost } from "./sim-host.ts";
import { SimReplica } from "./sim-replica.ts";
import { D, H, SimWorld } from "./sim-world.ts";

const STEP_MS = 200;
const COMPACTION_LAG_MS_MAX = 2_000;
const FULL_MS_MAX = 1_500;
const MS_PER_DAY = 24 * 60 * 60 * 1_000;
/** So long after everything came to rest, the Git writers have looked at their repository again. */
const LOOK_MS = 130_000;
/** A host comes back after so many steps for which the others went on without it. */
const STEPS_AWAY = 3;
const REPLICA_START = 0.3;
/** An operator takes so many steps at most to accept another installation. */
const ACCEPT_STEPS_MAX = 5;
/** So long the proposals that wait are given before time leaps. */
const DECIDE_MS_MAX = 20_000;
const TURNS = 100;
const SETTLE_STEPS_MAX = 200_000;

/** Plays one seeded history with everything that is real in it, then demands convergence. */
export class Cluster {
  readonly #options: ClusterOptions;
  readonly #world: SimWorld;
  readonly #git: SimGit;
  readonly #owners: Owners;
  readonly #sender: Sender;
  readonly #readers: Readers;
  readonly #replicas: readonly SimReplica[];
  readonly #hosts: readonly SimHost[];
  #backup: LogBackup | undefined;
  /** The step at which time goes on to where a host that is away comes back, and by how much. */
  #leap: { readonly step: number; readonly forMs: number } | undefined;
  /** The step at which an operator accepts the installation that is there now. */
  #acceptStep: number | undefined;

  constructor(options: ClusterOptions) {
    this.#options = chosenOptions(options);
    const world = new SimWorld(this.#options);
    this.#world = world;
    this.#git = new SimGit(world);
    this.#owners = new Owners(world, this.#git);
    this.#sender = new Sender(world);
    this.#readers = new Readers(world);
    const { replicas = 2, hosts = 2, hostRules, fortunes } = this.#options;
    this.#replicas = numbered(replicas).map((at) => new SimReplica(world, `replica ${at}`));
    this.#hosts = numbered(hosts).map(
      (at) =>
        new SimHost({
          name: `h${at}`,
          truth: world.truth,
          clock: world.clock,
          idleClock: idleClock(world.scheduler),
          random: world.random(`host ${at}`),
          counts: { H, D },
          newClient: () => world.log.client(`host h${at} ${world.nextId()}`),
          onViolation: (text) => world.violation(text),
          ...(fortunes === undefined ? {} : { fortunes }),
          ...(hostRules === undefined ? {} : { rules: hostRules }),
        }),
    );
  }

  async play(): Promise<ClusterResult> {
    const { scheduler, violations } = this.#world;
    await this.#world.install();
    this.#world.log.setFaults(this.#options.faults);
    this.#owners.startAll();
    this.#sender.sendFirst();
    const calendar = new Calendar(this.#world);
    const pace = this.#world.random("pace");
    for (let step = 0; step < this.#options.proposals; step += 1) {
      this.#sender.sendStep(step);
      await this.#onCalendar(step, calendar);
      this.#disturb();
      await scheduler.runFor(pace() * (this.#options.stepMs ?? STEP_MS));
      if (violations.length > 0) return this.#result();
    }
    await this.#converge();
    return this.#result();
  }

  #disturb(): void {
    const { faults, log, scheduler, trace, truth } = this.#world;
    this.#sender.disturb();
    this.#owners.disturb();
    for (const host of this.#hosts) host.disturb();
    for (const replica of this.#replicas) this.#disturbReplica(replica);
    this.#git.disturb();
    this.#readers.disturb();
    if (faults.strikes("compact")) {
      faults.count("compact");
      const random = faults.random("compact");
      this.#compact(random() < 0.5 ? 0 : integerBelow(random, COMPACTION_LAG_MS_MAX));
    }
    const { windowLength = Infinity } = this.#options;
    if (faults.strikes("retention") && expireOldest(log, truth.commits(), windowLength)) {
      faults.count("retention");
    }
    if (faults.strikes("fullDisk")) {
      faults.count("fullDisk");
      trace.note("the log has no room");
      log.fill();
      scheduler.after(faults.random("fullDisk")() * FULL_MS_MAX, () => log.free());
    }
  }

  #disturbReplica(replica: SimReplica): void {
    const { faults } = this.#world;
    if (!replica.isRunning) {
      if (faults.random("replicaCrash")() < REPLICA_START) replica.start();
    } else if (faults.strikes("replicaCrash")) {
      faults.count("replicaCrash");
      replica.kill();
    }
  }

  /** All that is compacted; proposals are kept until they may go. */
  #compact(lagMs: number | undefined): void {
    this.#world.log.compactNow({ kind: "latest", ...(lagMs === undefined ? {} : { lagMs }) });
  }

  async #onCalendar(step: number, calendar: Calendar): Promise<void> {
    if (this.#leap?.step === step) await this.#leapBy(this.#leap.forMs);
    if (this.#acceptStep === step) this.#accept();
    const restoreStep = calendar.restoreStep ?? -1;
    if (step === Math.floor(restoreStep / 2)) this.#backup = this.#world.log.backup();
    for (const name of calendar.at(step)) await this.#once(name, step);
  }

  async #once(name: Once, step: number): Promise<void> {
    const days = AWAY_DAYS[name];
    if (days === undefined)
      return this.#replace(name === "restore" ? this.#backup : undefined, step);
    this.#world.faults.count(name);
    this.#world.trace.note(`host h0 is away for ${days} days`);
    this.#hosts[0]?.away(days);
    const forMs = (days * MS_PER_DAY) / 2;
    this.#leap = { step: step + STEPS_AWAY, forMs: forMs + 1 };
    await this.#leapBy(forMs);
  }

  /** Time passes in which nothing is done, and takes what it may: what is old and has a successor. */
  async #leapBy(forMs: number): Promise<void> {
    const { scheduler, log, truth, trace } = this.#world;
    const endMs = scheduler.now() + DECIDE_MS_MAX;
    while (!this.#sender.isAllDecided && scheduler.now() < endMs) await scheduler.runFor(STEP_MS);
    trace.note(`${forMs / MS_PER_DAY} days go by`);
    scheduler.skip(forMs);
    this.#compact(undefined);
    expireByAge(log, truth.commits());
  }

  /** Behind the same address is another log: a new one, or an old state of this one. */
  async #replace(backup: LogBackup | undefined, step: number): Promise<void> {
    const { faults, trace } = this.#world;
    const name = backup === undefined ? "replace" : "restore";
    if (this.#acceptStep !== undefined) this.#accept();
    faults.count(name);
    const installation = `${name}-${step}`;
    trace.note(`the cluster is another: ${installation}`);
    this.#owners.killAll();
    for (const replica of this.#replicas) replica.kill();
    this.#readers.stop();
    this.#sender.startOver();
    this.#world.replaceLog(installation, backup && asInstallation(backup, installation));
    await this.#world.install();
    this.#world.log.setFaults(this.#options.faults);
    if (backup === undefined) this.#sender.sendFirst();
    const { truth } = this.#world;
    for (const host of this.#hosts) {
      const newClient = () => this.#world.log.client(`host ${this.#world.nextId()}`);
      host.follow({ installation, truth, counts: { H, D }, newClient });
    }
    this.#owners.startAll();
    if (this.#git.tip === undefined) this.#git.accept();
    this.#acceptStep = step + 1 + integerBelow(faults.random(name), ACCEPT_STEPS_MAX);
  }

  /** An operator says that the installation that is there now is to be followed. */
  #accept(): void {
    if (this.#acceptStep === undefined) return;
    this.#acceptStep = undefined;
    const { installation, trace } = this.#world;
    trace.note(`an operator accepts ${installation}`);
    for (const host of this.#hosts) host.accept(installation);
    if (this.#git.accept()) this.#owners.restartGit();
  }

  /** Faults stop. Whoever lives goes on, or everything is started anew; then all must agree. */
  async #converge(): Promise<void> {
    const { scheduler, violations, truth } = this.#world;
    this.#world.heal();
    this.#world.trace.note("nothing goes wrong any more");
    this.#accept();
    const isAnew = this.#world.random("end")() < 0.5;
    if (isAnew) {
      this.#owners.killAll();
      for (const replica of this.#replicas) replica.kill();
    }
    for (const host of this.#hosts) {
      if (isAnew) host.kill();
      host.heal();
    }
    await scheduler.runUntilQuiet(SETTLE_STEPS_MAX);
    this.#owners.startAll();
    for (const host of this.#hosts) if (host.isDead) host.start();
    for (const replica of this.#replicas) if (!replica.isRunning) replica.start();
    await scheduler.runUntilQuiet(SETTLE_STEPS_MAX);
    await scheduler.runFor(LOOK_MS);
    await scheduler.runUntilQuiet(SETTLE_STEPS_MAX);
    await eventLoopTurns();
    const last = truth.commits().length;
    this.#sender.check();
    for (const host of this.#hosts) host.expect(last);
    for (const replica of this.#replicas) await replica.expect(last);
    if (this.#options.git !== false) this.#git.expect(last);
    if (violations.length > 0) return;
    await this.#readers.expectUsable("before compaction");
    this.#compact(0);
    await this.#readers.expectUsable("after compaction");
  }

  #result(): ClusterResult {
    const { violations, truth, trace } = this.#world;
    // What is done to end the processes is no part of the history.
    const history = [...trace.lines];
    this.#readers.stop();
    for (const replica of this.#replicas) replica.kill();
    this.#owners.killAll();
    const hostFaults = this.#hosts.map(({ counts }) => counts);
    return {
      violations,
      revision: truth.commits().length,
      believed: this.#readers.believed,
      compared: this.#replicas.reduce((sum, { compared }) => sum + compared, 0),
      faults: added([this.#world.faultCounts, ...hostFaults.map(prefixed)]),
      events: trace.events,
      history,
      trace: trace.digest(),
    };
  }
}

/** A read model works on between its turns of the event loop, for which nothing is scheduled. */
async function eventLoopTurns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await new Promise((done) => setImmediate(done));
}

function numbered(count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => at);
}

function prefixed(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [`host ${name}`, count]));
}

function added(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const counts of all) {
    for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
  }
  return sums;
}
