import { integerBelow } from "@titan/event-log/testing";
import type { ClusterFaultName } from "./cluster-faults.ts";
import type { SimWorld } from "./sim-world.ts";

/** What happens at most once in a history, at a step that the seed names. */
export const ONCE = ["replace", "restore", "away1", "away30", "away90", "away365"] as const;
export type Once = (typeof ONCE)[number];

export const AWAY_DAYS: Readonly<Partial<Record<ClusterFaultName, number>>> = {
  away1: 1,
  away30: 30,
  away90: 90,
  away365: 365,
};

/** Nothing befalls a history before something is there that it could befall. */
const FIRST_STEP = 4;

export class Calendar {
  readonly #at = new Map<number, Once[]>();

  constructor({ faults, options }: SimWorld) {
    for (const name of ONCE) {
      if (!faults.strikes(name)) continue;
      const span = Math.max(1, options.proposals - FIRST_STEP);
      const step = FIRST_STEP + integerBelow(faults.random(name), span);
      this.#at.set(step, [...(this.#at.get(step) ?? []), name]);
    }
  }

  at(step: number): readonly Once[] {
    return this.#at.get(step) ?? [];
  }

  /** The step at which the log is restored, if it is. */
  get restoreStep(): number | undefined {
    return [...this.#at].find(([, names]) => names.includes("restore"))?.[0];
  }
}
