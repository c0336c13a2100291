/**
 * The simulator by hand; see README.md. Exits 1 at the first violation, with its seed, or at the first
 * planted mistake that is not found.
 */
import { parseArgs } from "node:util";
import { Cluster } from "./cluster.ts";
import { findPlant } from "./find-plant.ts";
import { EVERYTHING, PLANTS } from "./plants.ts";

const SEEDS_TO_FIND_A_PLANT = 500;
const VIOLATION_LENGTH_MAX = 100;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "200" },
    seed: { type: "string" },
    plants: { type: "boolean", default: false },
    plant: { type: "string" },
  },
});

if (values.plants || values.plant !== undefined) await playPlants(values.plant);
else await playSeeds();

async function playSeeds(): Promise<void> {
  const first = Number(values.seed ?? 0);
  const last = values.seed === undefined ? Number(values.seeds) : first + 1;
  for (let seed = first; seed < last; seed += 1) {
    const { violations, revision, believed } = await new Cluster({ ...EVERYTHING, seed }).play();
    if (violations.length > 0) {
      console.error(`seed ${seed}, revision ${revision}:\n  ${violations.join("\n  ")}`);
      process.exit(1);
    }
    if (values.seed !== undefined) {
      console.log(`${revision} revisions, ${believed} readers believed`);
    }
  }
  console.log(`${last - first} histories, no violation`);
}

async function playPlants(name: string | undefined): Promise<void> {
  const plants = PLANTS.filter((plant) => name === undefined || plant.name === name);
  let missed = plants.length === 0 ? 1 : 0;
  console.log("| planted | seeds | what showed it |\n| --- | --- | --- |");
  for (const plant of plants) {
    const found = await findPlant(plant, SEEDS_TO_FIND_A_PLANT);
    if (found === undefined) missed += 1;
    const shown = found?.violation.slice(0, VIOLATION_LENGTH_MAX).replaceAll("|", "/") ?? "";
    console.log(`| ${plant.name} | ${found?.seeds ?? "not found"} | ${shown} |`);
  }
  if (missed > 0) process.exit(1);
}
