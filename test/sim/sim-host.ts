import { Agent, type Disk } from "@titan/host-agent";
import { HostMemory, MemoryDisk, OwnedFiles, type HostRules } from "@titan/host-agent/testing";
import type { SimulatedClient } from "@titan/event-log/testing";
import type { Random } from "@titan/event-log/testing";
import type { Clock } from "@titan/processor-runtime";
import { LogTransport } from "./log-transport.ts";
import type { Truth } from "./truth.ts";

export interface SimHostOptions {
  readonly name: string;
  readonly truth: Truth;
  readonly clock: Clock;
  readonly random: Random;
  readonly counts: { readonly H: number; readonly D: number };
  readonly rules?: HostRules;
  /** Chance that the process is killed at a call of its disk, while faults are on. */
  readonly diskCrash: number;
  readonly newClient: () => SimulatedClient;
  readonly onViolation: (text: string) => void;
}

/** A real agent on a simulated disk, killed and started again with the other copy of its streams. */
export class SimHost {
  readonly #options: SimHostOptions;
  #disk = new MemoryDisk();
  #client: SimulatedClient | undefined;
  #starts = 0;
  #faults = true;
  #dead = true;

  constructor(options: SimHostOptions) {
    this.#options = options;
  }

  get isDead(): boolean {
    return this.#dead;
  }

  start(): void {
    const { name, clock, counts, rules, newClient, onViolation } = this.#options;
    this.#client = newClient();
    this.#dead = false;
    this.#starts += 1;
    // What a crash left of names that were not synced is there or not, as the seed says.
    this.#disk = this.#disk.restart(null, () => this.#options.random() < 0.5);
    const run = { alive: true };
    const transport = new LogTransport({
      log: this.#client,
      clock,
      counts,
      copy: this.#starts % 2 === 0 ? "canonical" : "own-topic",
    });
    const disk = this.#mortal(this.#disk, run);
    const open = async (): Promise<void> => {
      const agent = await Agent.open({
        host: `default/${name}`,
        disk,
        folder: "/run",
        stateFolder: "/state",
        transport,
        clock: { now: () => clock.now(), sleep: () => new Promise(() => {}) },
        version: "sim",
        ...(rules === undefined ? {} : { rules }),
        onEvent: (event) => {
          if (event.kind === "outcome" && run.alive) {
            this.#check(event.deployment, event.outcome.kind).catch((error: unknown) =>
              onViolation(`host ${name}: ${String(error)}`),
            );
          }
        },
      });
      await agent.run();
    };
    this.#kill = () => {
      run.alive = false;
      this.#dead = true;
      this.#client?.kill();
    };
    open().catch((error: unknown) => onViolation(`host ${name}: ${String(error)}`));
  }

  #kill: () => void = () => {};

  kill(): void {
    this.#kill();
  }

  heal(): void {
    this.#faults = false;
  }

  /** What the host runs must be what the feed says at the last revision. */
  async expect(revision: number): Promise<void> {
    const { name, truth, onViolation } = this.#options;
    const state = truth.at(revision);
    const wanted: Record<string, string> = {};
    for (const key of state.get(`titan.host.default.${name} 0`)?.keys() ?? []) {
      const rendered = [
        ...(state.get(`titan.deployment.${key.replace("/", ".")} 0`)?.values() ?? []),
      ][0];
      wanted[key] = (rendered as { digest: string }).digest;
    }
    const owned = await OwnedFiles.open(this.#disk, "/state");
    const found: Record<string, string> = {};
    for (const [key, { running }] of owned.deployments) {
      if (running !== null) found[key] = running.digest;
    }
    const [a, b] = [found, wanted].map((of) => JSON.stringify(Object.entries(of).sort(byName)));
    if (a !== b) onViolation(`host ${name} runs ${a}, but the feed says ${b}`);
  }

  /** After an effect: it must agree with the slice that is stored, and that with the feed. */
  async #check(deployment: string, outcome: string): Promise<void> {
    const { name, truth, onViolation } = this.#options;
    const memory = await HostMemory.open(this.#disk, "/state", `default/${name}`, undefined);
    const assigned = memory.assigned?.state.get(deployment);
    const revision = memory.assigned?.revision ?? 0;
    const real = truth.at(revision).get(`titan.host.default.${name} 0`)?.get(deployment) as
      | { readonly createdRevision: number }
      | undefined;
    if (outcome === "removed" && real !== undefined && assigned === undefined) {
      onViolation(`host ${name} removed ${deployment}, which its slice at ${revision} names`);
    }
    // Whoever begins to watch again takes the highest cut there is, of whatever copy.
    if (outcome === "removed") this.#ran.delete(deployment);
    if (outcome !== "applied") return;
    const owned = await OwnedFiles.open(this.#disk, "/state");
    const running = owned.deployments.get(deployment)?.running;
    if (running === undefined || running === null || assigned === undefined) return;
    if (running.createdRevision !== assigned.createdRevision) {
      onViolation(
        `host ${name} runs incarnation ${running.createdRevision} of ${deployment}, ` +
          `but is to run ${assigned.createdRevision}`,
      );
    }
    this.#checkOrder(deployment, running);
  }

  readonly #ran = new Map<string, { createdRevision: number; digest: string }>();

  /** Files never go back to a state that was over before the one that ran last began. */
  #checkOrder(deployment: string, running: { createdRevision: number; digest: string }): void {
    const before = this.#ran.get(deployment);
    this.#ran.set(deployment, { ...running });
    if (before === undefined || before.digest === running.digest) return;
    if (before.createdRevision > running.createdRevision) {
      this.#options.onViolation(`host ${this.#options.name} went back to an old ${deployment}`);
      return;
    }
    if (before.createdRevision !== running.createdRevision) return;
    const began = this.#revisionsOf(deployment, before).at(0) ?? 0;
    const over = this.#revisionsOf(deployment, running).at(-1) ?? 0;
    if (over < began) {
      this.#options.onViolation(
        `host ${this.#options.name}: files of ${deployment} go back from revision ${began} to ${over}`,
      );
    }
  }

  #revisionsOf(deployment: string, of: { createdRevision: number; digest: string }): number[] {
    const { truth } = this.#options;
    const stream = `titan.deployment.${deployment.replace("/", ".")} 0`;
    const revisions: number[] = [];
    for (let revision = 1; revision <= truth.commits().length; revision += 1) {
      const value = truth.at(revision).get(stream)?.get(deployment) as typeof of | undefined;
      if (value?.digest === of.digest && value.createdRevision === of.createdRevision) {
        revisions.push(revision);
      }
    }
    return revisions;
  }

  /** A disk whose calls never come back once the process is dead, and that may kill it. */
  #mortal(disk: MemoryDisk, run: { alive: boolean }): Disk {
    const never = new Promise<never>(() => {});
    return new Proxy(disk, {
      get: (target, name: keyof Disk) => {
        const call = (target[name] as (...args: unknown[]) => Promise<unknown>).bind(target);
        return (...args: unknown[]): Promise<unknown> => {
          if (!run.alive) return never;
          if (this.#faults && this.#options.random() < this.#options.diskCrash) {
            // Before the effect or after it.
            if (this.#options.random() < 0.5) void call(...args).catch(() => {});
            this.#kill();
            return never;
          }
          return call(...args);
        };
      },
    });
  }
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}
