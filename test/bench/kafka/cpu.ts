import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTitan, type TitanClient } from "@titan/client";
import type { Figures, Yardstick } from "../figure.ts";
import { hostObject } from "../fleet-objects.ts";
import type { BenchCluster } from "./bench-cluster.ts";
import { apply, makeFleet, proposeAll } from "./bench-fleet.ts";
import type { Fleet, KafkaSize } from "./kafka-size.ts";
import {
  LOG_PARTS,
  ProcessorsProcess,
  tasksOf,
  type Part,
  type Usage,
} from "./processors-process.ts";
import { steadyLoad } from "./steady-load.ts";
import { besideSingle, type Yardsticks } from "./yardsticks.ts";

const MS_PER_S = 1_000;
const WARM_UP_S = 5;
const MOVES_EVERY = 2;
const BAR_MS = 2;

/** All processors but the Git writer, and with it, and what many partitions cost. */
export async function measureLoad(
  figures: Figures,
  { fleet, loadS, wideLoadS, wideHostPartitions }: KafkaSize,
  cluster: BenchCluster,
  { seen }: Yardsticks,
  nodeFlags: readonly string[],
): Promise<void> {
  const base = { hostPartitions: 8, fleet, perSecond: 500, seconds: loadS, nodeFlags };
  const without = { ...base, parts: LOG_PARTS };
  const name = "processor time a change, every processor";
  const beside = besideSingle(seen, 0.5);
  const add = async (of: string, run: LoadRun, bar?: number): Promise<void> =>
    addLoad(figures, of, run, await runLoad(cluster, run), beside, bar);
  await add(`${name}, no Git writer`, without, BAR_MS);
  const whole = { ...base, parts: [...LOG_PARTS, "git"] as const };
  await add(`${name}, Git writer too`, whole, BAR_MS);
  const wide = { ...without, hostPartitions: wideHostPartitions, seconds: wideLoadS };
  await add("  at many partitions, no Git writer", wide);
}

interface LoadRun {
  readonly hostPartitions: number;
  readonly parts: readonly Part[];
  readonly fleet: Fleet;
  readonly perSecond: number;
  readonly seconds: number;
  readonly nodeFlags: readonly string[];
}

interface LoadResult {
  readonly cpuMsPerChange: number;
  /** Of each kind, a second. */
  readonly requestsPerSecond: Readonly<Record<string, number>>;
  readonly recordsPerSecond: number;
  /** From the last verdict until every task was at its revision. */
  readonly lagMs: number;
}

/** What the processors of one process use while changes come at a steady rate. */
async function runLoad(cluster: BenchCluster, run: LoadRun): Promise<LoadResult> {
  await cluster.clear();
  const { hostPartitions, parts, fleet, perSecond, seconds, nodeFlags } = run;
  const gitFolder = mkdtempSync(join(tmpdir(), "titan-bench-git-"));
  const partitions = { hostPartitions, deploymentPartitions: hostPartitions };
  const config = { brokers: cluster.brokers, ...partitions, parts, gitFolder };
  const log = cluster.log();
  try {
    await using processors = await ProcessorsProcess.start(config, nodeFlags);
    const titan = await openTitan(log);
    const tasks = tasksOf(parts, hostPartitions);
    await processors.caughtUp(await makeFleet(titan, fleet), tasks);
    const edits = new LabelEdits(titan, fleet);
    await steadyLoad(perSecond, Math.min(WARM_UP_S, seconds), () => edits.next());
    const before = await processors.caughtUp(edits.revision, tasks);
    const startedAt = performance.now();
    await steadyLoad(perSecond, seconds, () => edits.next());
    const submittedAt = performance.now();
    const after = await processors.caughtUp(edits.revision, tasks);
    const lagMs = performance.now() - submittedAt;
    const tookS = (performance.now() - startedAt) / MS_PER_S;
    await titan.close();
    await processors.stop();
    const cpuMsPerChange = (after.cpuMs - before.cpuMs) / (perSecond * seconds);
    const recordsPerSecond = (after.records - before.records) / tookS;
    const requestsPerSecond = rates(before, after, tookS);
    return { cpuMsPerChange, requestsPerSecond, recordsPerSecond, lagMs };
  } finally {
    await log.close();
    rmSync(gitFolder, { recursive: true, force: true });
  }
}

/** Each second edit moves its host to the next target; the other one is of a label that no target selects by. */
class LabelEdits {
  readonly #titan: TitanClient;
  readonly #fleet: Fleet;
  #count = 0;
  revision = 0;

  constructor(titan: TitanClient, fleet: Fleet) {
    this.#titan = titan;
    this.#fleet = fleet;
  }

  async next(): Promise<void> {
    const { hosts, targets } = this.#fleet;
    const edit = this.#count;
    this.#count += 1;
    const at = Math.floor(edit / MOVES_EVERY) % hosts;
    const round = Math.floor(edit / MOVES_EVERY / hosts) + 1;
    const group = `g${(at + round) % targets}`;
    const object = hostObject(at, targets, { group, n: `n${edit}` });
    const revision = await proposeAll(this.#titan, [apply(object)]);
    this.revision = Math.max(this.revision, revision);
  }
}

function rates(before: Usage, after: Usage, seconds: number): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(after.requests).map(([name, count]) => [
      name,
      (count - (before.requests[name] ?? 0)) / seconds,
    ]),
  );
}

function addLoad(
  figures: Figures,
  name: string,
  run: LoadRun,
  result: LoadResult,
  beside: Yardstick,
  bar?: number,
): void {
  const { fleet, hostPartitions, perSecond } = run;
  const { requestsPerSecond, recordsPerSecond, cpuMsPerChange, lagMs } = result;
  figures.add({
    name,
    value: cpuMsPerChange,
    unit: "ms",
    ...(bar === undefined ? {} : { bar }),
    beside,
    sizes: { "host partitions": hostPartitions, "changes a second": perSecond, ...fleet },
  });
  for (const kind of ["Produce", "Fetch"]) {
    figures.add({
      name: `  ${kind} requests a second`,
      value: requestsPerSecond[kind] ?? 0,
      unit: "per s",
    });
  }
  figures.add({ name: "  records written a second", value: recordsPerSecond, unit: "per s" });
  figures.add({ name: "  last verdict to every view caught up", value: lagMs, unit: "ms", beside });
}
