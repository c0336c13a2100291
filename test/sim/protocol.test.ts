import { describe, expect, test } from "vitest";
import { CLUSTER_FAULT_NAMES } from "./cluster-faults.ts";
import { ALL_FAULTS, EVERYTHING } from "./plants.ts";
import { RunReport } from "./run-report.ts";
import { playSeed } from "./seed-job.ts";
import { playSeeds, seedsFrom } from "./seed-pool.ts";

const SEEDS = 150;
const SEEDS_OF_ONE_FAULT = 8;
const THREADS = 2;

describe("the rules of the protocol", () => {
  test("hold under everything at once, each history twice the same, and every fault happens", async () => {
    const report = new RunReport();
    await playSeeds(seedsFrom(0, SEEDS, { isTwice: true }), THREADS, (outcome) => {
      report.add(outcome);
      return true;
    });
    expect(report.failed.map(({ seed, violations }) => [seed, violations])).toEqual([]);
    expect(report.believed).toBeGreaterThan(SEEDS);
    expect(report.compared).toBeGreaterThan(SEEDS);
    const never = [...Object.keys(ALL_FAULTS), ...CLUSTER_FAULT_NAMES].filter(
      (name) => (report.times.get(name) ?? 0) === 0,
    );
    expect(never, "faults that never happened").toEqual([]);
    console.log(report.faultRows().join("\n"));
  });

  test.for(Object.entries(ALL_FAULTS))("hold under %s alone", async ([name, chance]) => {
    const calm = Object.fromEntries(CLUSTER_FAULT_NAMES.map((fault) => [fault, 0]));
    const { crash = 0, rival = 0, compact = 0 } = EVERYTHING;
    const options = {
      ...calm,
      crash,
      rival,
      compact,
      isSubset: false,
      faults: { [name]: Math.min(1, chance * 4) },
    };
    const failed: unknown[] = [];
    await playSeeds(seedsFrom(0, SEEDS_OF_ONE_FAULT, { options }), THREADS, (outcome) => {
      if (outcome.violations.length > 0) failed.push([outcome.seed, outcome.violations]);
      return true;
    });
    expect(failed).toEqual([]);
  });

  test("another seed is another history", async () => {
    const [first, second] = [await playSeed({ seed: 7 }), await playSeed({ seed: 8 })];
    expect(first.events).toBeGreaterThan(500);
    expect(first.trace).not.toBe(second.trace);
  });
});
