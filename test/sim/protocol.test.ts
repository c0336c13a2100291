import { describe, expect, test } from "vitest";
import { Cluster } from "./cluster.ts";
import { findPlant } from "./find-plant.ts";
import { ALL_FAULTS, EVERYTHING, PLANTS } from "./plants.ts";

const SEEDS = 150;
const SEEDS_OF_ONE_FAULT = 12;
const SEEDS_TO_FIND_A_PLANT = 500;

describe("the rules of the protocol", () => {
  test("hold under every fault at once", async () => {
    let believed = 0;
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const result = await new Cluster({ ...EVERYTHING, seed }).play();
      expect(result.violations, `seed ${seed}`).toEqual([]);
      believed += result.believed;
    }
    expect(believed).toBeGreaterThan(SEEDS);
  });

  test.for(Object.entries(ALL_FAULTS))("hold under %s alone", async ([name, chance]) => {
    const faults = { [name]: Math.min(1, chance * 4) };
    for (let seed = 0; seed < SEEDS_OF_ONE_FAULT; seed += 1) {
      const cluster = new Cluster({ ...EVERYTHING, faults, seed });
      expect((await cluster.play()).violations, `seed ${seed}`).toEqual([]);
    }
  });

  test("one seed gives one history", async () => {
    const traces: string[] = [];
    for (let run = 0; run < 2; run += 1) {
      const cluster = new Cluster({ ...EVERYTHING, seed: 7 });
      await cluster.play();
      traces.push(cluster.trace());
    }
    expect(traces[0]).toBe(traces[1]);
    expect(traces[0]?.length).toBeGreaterThan(1_000);
  });
});

describe("a planted mistake is found", () => {
  test.for(PLANTS)("$name", async (plant) => {
    const found = await findPlant(plant, SEEDS_TO_FIND_A_PLANT);
    expect(found).toBeDefined();
    console.log(`${plant.name}: ${found?.seeds} seeds`);
  });
});
