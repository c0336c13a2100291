import type { HostStatus } from "@titan/domain";
import {
  Agent,
  DiskError,
  type AgentOptions,
  type Disk,
  type ReportAnswer,
} from "@titan/host-agent";
import { MemoryDisk } from "@titan/host-agent/testing";
import { integerBelow, type Random, type SimulatedClient } from "@titan/event-log/testing";
import { COPIES, LogTransport, type Copy, type LogSource } from "./log-transport.ts";
import { MortalLog, type Fate } from "./mortal-log.ts";
import { patientClock } from "./sim-host-clock.ts";
import { smallBatches } from "./sim-host-batches.ts";
import { HostChecks } from "./sim-host-checks.ts";
import { mortalDisk } from "./sim-host-disk.ts";
import { ForeignFiles } from "./sim-host-foreign.ts";
import { Fortunes } from "./sim-host-fortunes.ts";
import type { HostCluster, HostRun, SimHostOptions } from "./sim-host-options.ts";
import { ReportServer } from "./sim-host-server.ts";
import { HostTruth } from "./sim-host-truth.ts";

const MS_PER_DAY = 24 * 60 * 60 * 1_000;
const TEN_YEARS_MS = 3_652 * MS_PER_DAY;
const SLOW_MS_MAX = 30;
const ABSENT_MS_MAX = 1_500;
const RESTART_CHANCE = 0.6;
const ROOM_CHANCE = 0.3;
const TICK_CHANCE = 0.3;
/** A process that came up after a death dies again so many times as likely, until it reports. */
const AGAIN = 5;

/**
 * A real agent on a simulated disk, to which everything happens that happens to hosts. The disk and
 * what others put there outlive the agent; `HostChecks` look at every effect.
 */
export class SimHost {
  readonly #options: SimHostOptions;
  readonly #random: Random;
  readonly #fortunes: Fortunes;
  readonly #foreign: ForeignFiles;
  readonly #checks: HostChecks;
  readonly #server: ReportServer;
  readonly #truths = new Map<string, HostTruth>();
  readonly #accepted: Set<string>;
  #cluster: HostCluster;
  #disk = new MemoryDisk();
  /** What others do to the disk. */
  #others: Promise<void>;
  #run: HostRun | undefined;
  #deaths = 0;
  #awayUntilMs = 0;
  #clockOffMs = 0;
  #isFull = false;
  /** The disk refused something since the last report. */
  #hadTrouble = false;
  /** Sleeps of the agent that end when the seed says so. */
  #sleeping: (() => void)[] = [];

  constructor(options: SimHostOptions) {
    const { name, random, installation = "sim", truth, counts, newClient } = options;
    this.#options = options;
    this.#random = random;
    this.#fortunes = new Fortunes(random, options.fortunes);
    this.#foreign = new ForeignFiles(random, name);
    this.#server = new ReportServer(random);
    this.#cluster = { installation, truth, counts, newClient };
    this.#others = this.#foreign.plant(this.#disk);
    this.#truths.set(installation, new HostTruth(truth, name));
    this.#accepted = new Set([installation]);
    this.#checks = new HostChecks({
      name,
      foreign: this.#foreign,
      truths: this.#truths,
      accepted: this.#accepted,
      onViolation: options.onViolation,
    });
  }

  get isDead(): boolean {
    return this.#run?.isAlive !== true;
  }

  /** How often each fortune struck. */
  get counts(): Readonly<Record<string, number>> {
    return this.#fortunes.counts;
  }

  /** Everything that a proposal's time brings: deaths, starts, other copies, a full disk, a jump. */
  disturb(): void {
    if (this.#fortunes.strikes("clockJump")) {
      this.#clockOffMs = (integerBelow(this.#random, 3) - 1) * TEN_YEARS_MS;
    }
    if (this.#isFull ? this.#random() < ROOM_CHANCE : this.#fortunes.strikes("fullDisk")) {
      this.#isFull = !this.#isFull;
    }
    if (this.#fortunes.strikes("overtaken")) this.#server.overtake();
    if (this.#foreign.isInTheWay && this.#fortunes.strikes("wayCleared")) this.#clearWay();
    if (this.isDead) {
      if (this.#options.clock.now() >= this.#awayUntilMs && this.#random() < RESTART_CHANCE) {
        this.start();
      }
      return;
    }
    if (this.#fortunes.strikes("absent")) {
      this.#awayUntilMs = this.#options.clock.now() + this.#random() * ABSENT_MS_MAX;
      this.kill();
    } else if (this.#fortunes.strikes("killed")) this.kill();
    else if (this.#fortunes.strikes("changesOver"))
      this.#run?.transport.changeOver(this.#someCopy());
    if (this.#random() < TICK_CHANCE) this.#tick();
  }

  /** The host is switched off for so many days of the simulated clock. */
  away(days: number): void {
    this.kill();
    this.#awayUntilMs = this.#options.clock.now() + days * MS_PER_DAY;
  }

  /** Behind the same address is another cluster from now on. */
  follow(cluster: HostCluster): void {
    this.#cluster = cluster;
    this.#truths.set(cluster.installation, new HostTruth(cluster.truth, this.#options.name));
    if (this.isDead) return;
    // Its connections break, and nothing tells it of the other but what is said there.
    this.start();
  }

  /** An operator says that this installation is to be followed. */
  accept(installation: string): void {
    this.#accepted.add(installation);
    if (!this.isDead) this.start();
  }

  /** Starts the agent anew. */
  start(): void {
    this.kill();
    this.#sleeping = [];
    const client = this.#cluster.newClient();
    const run: HostRun = {
      isAlive: true,
      isRecovering: this.#deaths > 0,
      client,
      slowMs: this.#fortunes.strikes("slowDisk") ? this.#random() * SLOW_MS_MAX : 0,
      transport: this.#transport(client, () => run),
    };
    this.#run = run;
    this.#open(run).catch((error: unknown) => this.#violation(String(error)));
  }

  kill(): void {
    const run = this.#run;
    if (run?.isAlive !== true) return;
    run.isAlive = false;
    run.client.kill();
    this.#deaths += 1;
  }

  /** Nothing befalls it any more; there is room, and the way is free. */
  heal(): void {
    this.#fortunes.heal();
    this.#isFull = false;
    this.#awayUntilMs = 0;
    this.#clearWay();
    this.#tick();
  }

  /** What the host has must be what the feed says at the last revision, and it must have said so. */
  expect(revision: number): void {
    const { installation, truth } = this.#cluster;
    const { last } = this.#server;
    const slice = truth.at(revision).get(`titan.host.default.${this.#options.name} 0`);
    // A cluster that has no topic for it says nothing, so it keeps what it has, and complains.
    if (slice === undefined && last?.problem?.code === "stream-missing") return;
    const running = this.#checks.converged(this.#disk.contents(), installation, revision);
    const deployed = last?.deployments.filter(({ state }) => state === "deployed") ?? [];
    const problem = last?.problem ?? null;
    if (problem !== null || deployed.length !== running) {
      this.#violation(`ends with the report ${JSON.stringify(last)}`);
    }
  }

  async #open(run: HostRun): Promise<void> {
    await this.#others;
    const keepsAll = this.#deaths === 0 || !this.#fortunes.strikes("powerCut");
    this.#disk = this.#disk.restart(null, () => keepsAll || this.#random() < 0.5);
    this.#checks.started(this.#disk.contents());
    const disk = mortalDisk(this.#disk, {
      clock: this.#options.clock,
      random: this.#random,
      isAlive: () => run.isAlive,
      fate: () => this.#fate(run, "diesAtDisk"),
      die: () => this.#die(run),
      isFull: () => {
        this.#hadTrouble ||= this.#isFull;
        return this.#isFull;
      },
      slowMs: () => (this.#fortunes.areOver ? 0 : run.slowMs),
      onEffect: (effect) => this.#checks.effect(effect),
    });
    const agent = await this.#openAgent(run, disk);
    await agent?.run();
  }

  /** The first start of all needs room for its folders: without it the process ends, and says so. */
  async #openAgent(run: HostRun, disk: Disk): Promise<Agent | undefined> {
    try {
      return await Agent.open(this.#agentOptions(run, disk));
    } catch (error) {
      if (!(error instanceof DiskError) || error.code !== "disk-full") throw error;
      this.#die(run);
      return undefined;
    }
  }

  #agentOptions(run: HostRun, disk: Disk): AgentOptions {
    const { name, clock, rules } = this.#options;
    const { installation } = this.#cluster;
    return {
      host: `default/${name}`,
      disk,
      folder: "/run",
      stateFolder: "/state",
      transport: run.transport,
      clock: {
        now: () => clock.now() + this.#clockOffMs,
        sleep: () => new Promise((resolve) => this.#sleeping.push(resolve)),
      },
      version: "sim",
      ...(rules === undefined ? {} : { rules }),
      ...(this.#accepted.has(installation) ? { acceptedInstallation: installation } : {}),
    };
  }

  #transport(client: SimulatedClient, run: () => HostRun): LogTransport {
    const { name, clock, idleClock = patientClock(clock) } = this.#options;
    const few = this.#fortunes.strikes("smallBatches");
    const mortal = new MortalLog(
      client,
      () => this.#fate(run(), "diesAtLog"),
      () => this.#die(run()),
    );
    const log = few ? smallBatches(mortal, this.#random) : mortal;
    const { installation, counts } = this.#cluster;
    const source: LogSource = { log, installation, counts };
    return new LogTransport({
      host: `default/${name}`,
      clock: idleClock,
      random: this.#random,
      source: () => source,
      copy: this.#someCopy(),
      report: (report) => this.#report(report as HostStatus, run()),
    });
  }

  #report(report: HostStatus, run: HostRun): Promise<ReportAnswer> {
    if (!run.isAlive) return new Promise(() => {});
    this.#checks.reported(report, this.#disk.contents(), this.#hadTrouble || this.#isFull);
    const answer = this.#server.take(report);
    if (answer.kind === "taken") {
      run.isRecovering = false;
      this.#hadTrouble = this.#isFull;
    }
    return Promise.resolve(answer);
  }

  #fate(run: HostRun, name: "diesAtDisk" | "diesAtLog"): Fate {
    return run.isAlive ? this.#fortunes.fate(name, run.isRecovering ? AGAIN : 1) : "lives";
  }

  #die(run: HostRun): void {
    if (run === this.#run) this.kill();
  }

  /** What the agent does every so often is due. */
  #tick(): void {
    for (const wake of this.#sleeping.splice(0)) wake();
  }

  #clearWay(): void {
    this.#others = this.#others
      .then(() => this.#foreign.clear(this.#disk))
      .catch((error: unknown) => this.#violation(String(error)));
  }

  #someCopy(): Copy {
    return COPIES[integerBelow(this.#random, COPIES.length)] ?? "real";
  }

  #violation(text: string): void {
    this.#options.onViolation(`host ${this.#options.name}: ${text}`);
  }
}
