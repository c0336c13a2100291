import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { deploymentFanout } from "@titan/deployment-fanout";
import { matches } from "@titan/domain";
import { openEmbeddedLog, type EventLog } from "@titan/event-log";
import type { Snapshots } from "@titan/processor-runtime";
import { snapshotsIn } from "@titan/processor-runtime/service";
import { replicaAssignment } from "@titan/replica-assignment";
import { pino } from "pino";
import { targetDelta } from "@titan/target-delta";
import { Sandbox } from "../../flows/sandbox.ts";
import { percentile, type Figures } from "../figure.ts";
import { hostLabels, selectorOf } from "../peers/workload.ts";
import { count, perSecond, rawAppends, rawReads } from "./raw-log.ts";
import { VIEW_SIZES, type ViewSize } from "./view-size.ts";
import { ViewFleet, type AnyView, type RunningTask } from "./view-fleet.ts";

const MS_PER_S = 1_000;
const BYTES_PER_MIB = 1_024 * 1_024;
const BARS = {
  editMs: 5,
  hostsPerS: 300_000,
  liveMiB: 400,
} as const;
const WARM_UP = 20;
/** So long an owner reads what it has written, at most. */
const SETTLE_MS = 10_000;
const COLLECTED_MS = 100;
const VIEWS = [targetDelta, replicaAssignment, deploymentFanout] as unknown as readonly AnyView[];

interface Running {
  readonly delta: RunningTask;
  readonly assignment: RunningTask;
  readonly fanout: RunningTask;
}

/** What there is when the tasks start. */
type Beginning = "no output yet" | "an output that is right" | "a snapshot from before the edits";

/** The views that work out where what runs, over an embedded log in this process. */
export async function measureViews(figures: Figures, size: "full" | "small"): Promise<void> {
  await using box = new Sandbox();
  const log = openEmbeddedLog({ path: box.path("log.sqlite"), compactEveryMs: 0 });
  const sizes = VIEW_SIZES[size];
  const fleet = await ViewFleet.make(log, sizes, VIEWS);
  const rawPerS = await rawAppends(log, sizes.hosts);
  const snapshots = snapshotsIn(box.path("snapshots"), { id: "bench" }, pino({ level: "warn" }));
  const begin = (how: Beginning, kept?: Snapshots): Promise<Running> =>
    start(figures, fleet, sizes, log, rawPerS, how, kept);
  const first = await begin("no output yet", snapshots);
  await measureEdits(figures, fleet, sizes, first);
  await stop(first);
  await stop(await begin("an output that is right"));
  await stop(await begin("a snapshot from before the edits", snapshots));
  await log.close();
}

async function stop({ delta, assignment, fanout }: Running): Promise<void> {
  for (const task of [fanout, assignment, delta]) await task.stop();
}

async function start(
  figures: Figures,
  fleet: ViewFleet,
  { hosts, targets }: ViewSize,
  log: EventLog,
  rawPerS: number,
  how: Beginning,
  snapshots?: Snapshots,
): Promise<Running> {
  const { revision } = fleet;
  const sizes = { hosts, targets };
  const isRecovery = how !== "no output yet";
  const readPerS = await rawReads(log, "titan.host");
  const before = await liveMiB();
  const startedAt = performance.now();
  const delta = fleet.start(VIEWS[0] as AnyView, snapshots);
  await delta.reached(revision);
  figures.add({
    name: `target-delta of all hosts, ${how}`,
    value: perSecond(hosts, startedAt),
    unit: "per s",
    ...(isRecovery ? { bar: BARS.hostsPerS, barIs: "least" as const } : {}),
    beside: { name: "the hosts read", value: readPerS, unit: "per s" },
    sizes,
  });
  figures.add({
    name: "  live memory of target-delta",
    value: (await liveMiB()) - before,
    unit: "MiB",
    bar: BARS.liveMiB,
    sizes,
  });
  const assignment = fleet.start(VIEWS[1] as AnyView, snapshots);
  await assignment.reached(revision);
  const afterTwo = await liveMiB();
  const fanoutAt = performance.now();
  const fanout = fleet.start(VIEWS[2] as AnyView, snapshots);
  await fanout.reached(revision);
  const seconds = (performance.now() - fanoutAt) / MS_PER_S;
  const records = await count(log, "titan.host-deployment");
  figures.add({
    name: `deployment-fanout of all hosts, its records, ${how}`,
    value: records / seconds,
    unit: "per s",
    beside: { name: "raw appends", value: rawPerS, unit: "per s" },
    sizes: { ...sizes, records },
  });
  const live = (await liveMiB()) - afterTwo;
  figures.add({ name: "  live memory of deployment-fanout", value: live, unit: "MiB", sizes });
  return { delta, assignment, fanout };
}

/** Each edit makes a host join or leave a target that has a deployment. */
async function measureEdits(
  figures: Figures,
  fleet: ViewFleet,
  { hosts, targets, edits }: ViewSize,
  { delta, fanout }: Running,
): Promise<void> {
  const [memberships, records]: [number[], number[]] = [[], []];
  for (let edit = 0; edit < edits + WARM_UP; edit += 1) {
    const startedAt = performance.now();
    const revision = await fleet.probe((edit * 7_919) % hosts, true);
    await delta.reached(revision);
    const decidedAt = performance.now();
    await fanout.reached(revision);
    if (edit < WARM_UP) continue;
    memberships.push(decidedAt - startedAt);
    records.push(performance.now() - startedAt);
  }
  const loopMs = triedOneByOne(targets);
  const beside = { name: "a loop over all targets", value: loopMs, unit: "ms" } as const;
  const sizes = { hosts, targets, edits };
  const name = "one label edit to its membership record";
  figures.add({ name: `${name}, p50`, value: percentile(memberships, 0.5), unit: "ms", beside });
  const p99 = percentile(memberships, 0.99);
  figures.add({ name: `${name}, p99`, value: p99, unit: "ms", bar: BARS.editMs, beside, sizes });
  const further = "  to its host-deployment record";
  figures.add({ name: `${further}, p50`, value: percentile(records, 0.5), unit: "ms" });
  figures.add({ name: `${further}, p99`, value: percentile(records, 0.99), unit: "ms" });
}

/** What a host edit would cost that tries every selector. */
function triedOneByOne(targets: number): number {
  const selectors = Array.from({ length: targets }, (_, at) => selectorOf(`site=s${at % 500}`));
  const labels = hostLabels(1);
  const startedAt = performance.now();
  let found = 0;
  for (const selector of selectors) if (matches(selector, labels)) found += 1;
  if (found < 0) throw new Error("keeps the loop from being left out");
  return performance.now() - startedAt;
}

/** After a collection, when what was under way has passed; typed arrays count. */
async function liveMiB(): Promise<number> {
  await sleep(SETTLE_MS);
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  // What lay in buffers outside the heap is only counted as gone after the next one.
  await sleep(COLLECTED_MS);
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / BYTES_PER_MIB;
}
