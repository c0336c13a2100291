import { ChangeFeed, FEED_RULES } from "@titan/change-feed";
import { integerBelow } from "@titan/event-log/testing";
import { RULES, viewTask } from "@titan/processor-runtime";
import { FEED, GIT_WRITER, rolesOf, viewOf } from "./roles.ts";
import type { SimGit } from "./sim-git.ts";
import { SimSnapshots } from "./sim-snapshots.ts";
import { COUNTS, type SimProcess, type SimWorld } from "./sim-world.ts";

interface Owner {
  readonly process: SimProcess;
}

const OWNERS_MAX = 3;
/** An outage is that of the feed so often. */
const FEED_OUT = 0.3;
/** Proposals. */
const OUTAGE_MAX = 8;
/** A role that nobody has is taken soon. */
const TAKE_OVER = 0.6;

/** The owners of everything: started, doubled, killed, stopped for a while, as chance has it. */
export class Owners {
  readonly #world: SimWorld;
  readonly #git: SimGit;
  readonly #owners = new Map<string, Owner[]>();
  readonly #roles: readonly string[];
  readonly #snapshots: SimSnapshots;
  /** Roles whose last owner died at a call: the next one recovers from that. */
  readonly #died = new Set<string>();
  /** Roles that nobody takes over, and for how many proposals yet. */
  readonly #outages = new Map<string, number>();

  constructor(world: SimWorld, git: SimGit) {
    this.#world = world;
    this.#git = git;
    this.#snapshots = new SimSnapshots(world.faults);
    this.#roles = rolesOf(world.options, COUNTS);
  }

  startAll(): void {
    for (const role of this.#roles) if (this.#of(role).length === 0) this.#start(role);
  }

  killAll(): void {
    for (const owners of this.#owners.values()) {
      for (const { process } of owners.splice(0)) process.client.kill();
    }
  }

  /** Killed and gone: those of the Git writer, which starts again with what an operator said. */
  restartGit(): void {
    for (const { process } of this.#of(GIT_WRITER).splice(0)) process.client.kill();
    if (this.#roles.includes(GIT_WRITER)) this.#start(GIT_WRITER);
  }

  disturb(): void {
    const { faults } = this.#world;
    for (const role of this.#roles) {
      const owners = this.#of(role);
      if (owners.length > 0 && faults.strikes("crash")) this.#killOne(owners);
      if (this.#isOut(role)) continue;
      if (owners.length === 0) {
        if (faults.random("crash")() < TAKE_OVER) this.#start(role);
      } else if (owners.length < OWNERS_MAX && faults.strikes("rival")) {
        faults.count("rival");
        this.#start(role);
      }
      for (const { process } of owners) {
        if (faults.strikes("clockJump")) this.#world.jumpClock(process);
      }
    }
    if (faults.strikes("crowd")) this.#crowd();
    if (faults.strikes("outage")) this.#beginOutage();
    if (faults.strikes("pause")) this.#pauseOne();
  }

  #killOne(owners: Owner[]): void {
    const { faults } = this.#world;
    faults.count("crash");
    const [dead] = owners.splice(integerBelow(faults.random("crash"), owners.length), 1);
    dead?.process.client.kill();
  }

  #crowd(): void {
    this.#world.faults.count("crowd");
    this.#world.trace.note("three owners of everything");
    for (const role of this.#roles) {
      while (this.#of(role).length < OWNERS_MAX) this.#start(role);
    }
  }

  /** What lands late, and what compaction leaves, is all that the next owner will find. */
  #beginOutage(): void {
    const { faults, trace } = this.#world;
    const random = faults.random("outage");
    const role = random() < FEED_OUT ? FEED : this.#roles[integerBelow(random, this.#roles.length)];
    if (role === undefined) return;
    faults.count("outage");
    trace.note(`nobody is ${role} for a while`);
    for (const { process } of this.#of(role).splice(0)) process.client.kill();
    this.#outages.set(role, 1 + integerBelow(random, OUTAGE_MAX));
  }

  #isOut(role: string): boolean {
    const left = this.#outages.get(role) ?? 0;
    if (left > 0) this.#outages.set(role, left - 1);
    return left > 0;
  }

  #pauseOne(): void {
    const all = [...this.#owners.values()].flat();
    const chosen = all[integerBelow(this.#world.faults.random("pause"), all.length)];
    if (chosen !== undefined) this.#world.standStill(chosen.process.client);
  }

  #of(role: string): Owner[] {
    let owners = this.#owners.get(role);
    if (owners === undefined) this.#owners.set(role, (owners = []));
    return owners;
  }

  #start(role: string): void {
    const owners = this.#of(role);
    const recovers = this.#died.delete(role);
    const onDeath = (): void => {
      this.#died.add(role);
      const at = owners.findIndex((owner) => owner.process === process);
      if (at >= 0) owners.splice(at, 1);
    };
    const hasIdleSleeps = role === GIT_WRITER;
    const process = this.#world.process(role, onDeath, { recovers, hasIdleSleeps });
    owners.push({ process });
    this.#run(role, process).catch((error: unknown) =>
      this.#world.violation(`${role} failed: ${String(error)}`),
    );
  }

  /** Ends only with an error: who stops is killed. */
  #run(role: string, { log, clock, client }: SimProcess): Promise<void> {
    const { options } = this.#world;
    if (role === FEED) {
      const { windowLength } = options;
      const feed = new ChangeFeed({
        log,
        clock,
        counts: COUNTS,
        newId: () => `commit-${this.#world.nextId()}`,
        rules: options.feedRules ?? FEED_RULES,
        ...(windowLength === undefined ? {} : { windowLength }),
      });
      return feed.run();
    }
    const environment = { log, clock, counts: COUNTS, rules: options.rules ?? RULES };
    if (role === GIT_WRITER) return this.#git.writer(environment, client).run();
    const [name = "", partition, version] = role.split(" ");
    const view = viewOf(options, name, version === "v2");
    const task = viewTask(view, Number(partition), {
      ...environment,
      snapshots: this.#snapshots,
      onStatus: (_, status) => options.onStatus?.(role, status),
    });
    return task.run();
  }
}
