import { expect, test } from "vitest";
import type { ClusterOptions } from "./cluster-options.ts";
import { findPlant } from "./find-plant.ts";
import { PLANTS } from "./plants.ts";
import { optionsOf, playOnce } from "./seed-job.ts";
import { shrink, sizeOf } from "./shrink.ts";

/** Enough to make it small; a person who waits for the smallest lets it play more. */
const PLAYED_MAX = 120;
const PLANT = "raise labels at a cut";

test("a history that shows a planted mistake is made small, and still shows it", async () => {
  const plant = PLANTS.find(({ name }) => name === PLANT);
  if (plant === undefined) throw new Error(`${PLANT} is not planted`);
  const found = await findPlant(plant, 500, 2);
  const options = optionsOf({ seed: (found?.seeds ?? 0) - 1, plant: PLANT });
  const fails = async (tried: ClusterOptions): Promise<boolean> =>
    (await playOnce(tried)).violations.length > 0;
  const shrunk = await shrink(options, fails, PLAYED_MAX);
  expect(sizeOf(shrunk.options)).toBeLessThan(sizeOf(options) / 2);
  expect(shrunk.played).toBeLessThanOrEqual(PLAYED_MAX);
  const again = await playOnce({ ...shrunk.options, keepHistory: true });
  expect(again.violations).not.toEqual([]);
  // What is left can be read: the changes, and what befell.
  const whole = await playOnce({ ...options, keepHistory: true });
  expect(again.history.length).toBeGreaterThan(0);
  expect(again.history.length).toBeLessThan(whole.history.length);
});
