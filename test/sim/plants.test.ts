import { describe, expect, test } from "vitest";
import { findPlant } from "./find-plant.ts";
import { PLANTS } from "./plants.ts";

const SEEDS_TO_FIND_A_PLANT = 500;
const THREADS = 2;

describe("a planted mistake is found", () => {
  test.for(PLANTS)("$name", async (plant) => {
    const found = await findPlant(plant, SEEDS_TO_FIND_A_PLANT, THREADS);
    expect(found).toBeDefined();
    console.log(`${plant.name}: ${found?.seeds} seeds`);
  });
});
