/**
 * The simulator by hand; see README.md. Exits 1 at a violation, with its seed, or at a planted
 * mistake that is not found.
 */
import { execFileSync } from "node:child_process";
import { parseArgs } from "node:util";
import type { ClusterOptions } from "./cluster-options.ts";
import { findPlant } from "./find-plant.ts";
import { PLANTS } from "./plants.ts";
import { RunReport } from "./run-report.ts";
import { optionsOf, playOnce, type SeedJob } from "./seed-job.ts";
import { playSeeds, seedsFrom } from "./seed-pool.ts";
import { shrink } from "./shrink.ts";

const SEEDS_TO_FIND_A_PLANT = 500;
const VIOLATION_LENGTH_MAX = 100;
const FAILED_MAX = 5;
const PROGRESS_EVERY = 1_000;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "200" },
    from: { type: "string", default: "0" },
    jobs: { type: "string", default: "2" },
    seed: { type: "string" },
    shrink: { type: "boolean", default: false },
    options: { type: "string", default: "{}" },
    write: { type: "boolean", default: false },
    plants: { type: "boolean", default: false },
    plant: { type: "string" },
  },
});
const threads = Number(values.jobs);
const options = JSON.parse(values.options) as Partial<ClusterOptions>;

if (values.seed !== undefined) await playOne(Number(values.seed));
else if (values.plants || values.plant !== undefined) await playPlants(values.plant);
else await playMany(Number(values.from), Number(values.seeds));

async function playMany(first: number, count: number): Promise<void> {
  const report = new RunReport();
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1_000;
  let played = 0;
  const jobs = seedsFrom(first, first + count, { isTwice: true, options });
  await playSeeds(jobs, threads, (outcome) => {
    report.add(outcome);
    played += 1;
    if (played % PROGRESS_EVERY === 0)
      console.log(`${played} histories, ${seconds().toFixed(0)} s`);
    return report.failed.length < FAILED_MAX;
  });
  for (const { seed, violations } of report.failed) {
    console.error(`seed ${seed}:\n  ${violations.join("\n  ")}`);
  }
  console.log("| fault | share of the histories | times |\n| --- | --- | --- |");
  console.log(report.faultRows().join("\n"));
  console.log(report.summary(seconds()));
  if (values.write) report.write(seconds(), commitOfThis());
  if (report.failed.length > 0) process.exit(1);
}

function commitOfThis(): string {
  return execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
}

async function playOne(seed: number): Promise<void> {
  const { plant } = values;
  const job: SeedJob = { seed, options, ...(plant === undefined ? {} : { plant }) };
  const result = await playOnce({ ...optionsOf(job), keepHistory: true });
  console.log(result.history.join("\n"));
  const { violations, revision, believed, events, trace } = result;
  console.log(`${revision} revisions, ${believed} readers believed, ${events} events, ${trace}`);
  for (const violation of violations) console.error(`violation: ${violation}`);
  if (violations.length > 0 && values.shrink) await shrinkOne(job);
  if (violations.length > 0) process.exit(1);
}

async function shrinkOne(job: SeedJob): Promise<void> {
  const fails = async (tried: ClusterOptions): Promise<boolean> =>
    (await playOnce(tried)).violations.length > 0;
  const { options: smallest, played } = await shrink(optionsOf(job), fails);
  const result = await playOnce({ ...smallest, keepHistory: true });
  console.log(`\nThe smallest of ${played} that fail:\n`);
  console.log(result.history.join("\n"));
  const { rules, feedRules, hostRules, brokenView, ...plain } = smallest;
  const planted = [rules, feedRules, hostRules, brokenView].some((rule) => rule !== undefined);
  const plant = planted && job.plant !== undefined ? ` --plant ${JSON.stringify(job.plant)}` : "";
  const text = JSON.stringify({ ...plain, isSubset: false });
  console.log(`\nnpm run sim -- --seed ${job.seed}${plant} --options '${text}'`);
}

async function playPlants(name: string | undefined): Promise<void> {
  const plants = PLANTS.filter((plant) => name === undefined || plant.name === name);
  let missed = plants.length === 0 ? 1 : 0;
  console.log("| planted | seeds | what showed it |\n| --- | --- | --- |");
  for (const plant of plants) {
    const found = await findPlant(plant, SEEDS_TO_FIND_A_PLANT, threads);
    if (found === undefined) missed += 1;
    const shown = found?.violation.replaceAll(/[|\s]+/g, " ").slice(0, VIOLATION_LENGTH_MAX) ?? "";
    console.log(`| ${plant.name} | ${found?.seeds ?? "not found"} | ${shown} |`);
  }
  if (missed > 0) process.exit(1);
}
