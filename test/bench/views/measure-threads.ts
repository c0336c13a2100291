import { VIEWS } from "@titan/cli";
import { openEmbeddedLog } from "@titan/event-log";
import { Sandbox } from "../../flows/sandbox.ts";
import type { Figures } from "../figure.ts";
import { deploymentCount, FLIP_SELECTORS, FLIP_TARGET } from "../peers/workload.ts";
import { addMemory } from "../process-memory.ts";
import { perSecond, rawAppends } from "./raw-log.ts";
import { ViewFleet, type AnyView } from "./view-fleet.ts";
import { VIEW_SIZES } from "./view-size.ts";
import { THREAD_COUNTS, ViewThreads } from "./view-threads.ts";

const MS_PER_S = 1_000;
const BARS = { flipS: 2, recordsPerS: 100_000, memoryMiB: 3 * 1_024 } as const;
/** Whoever has done with a change leaves the cores to the next. */
const SETTLED = ["target-delta", "replica-assignment", "deployment-fanout", "template-render"];
const FLIPPED_MAX = 100_000;
/** Deployments of a fleet's large part, one after the other. */
const DEPLOYED = 5;
/** At the end the first half of the targets has a deployment each, but for the broad ones; so many come at once. */
const BROAD_TARGETS = 40;
const DEPLOYED_AT_ONCE = 500;

/** What many hosts cost at once, in the thread of `titan up`. */
export async function measureThreads(figures: Figures, size: "full" | "small"): Promise<void> {
  await using box = new Sandbox();
  const log = openEmbeddedLog({ path: box.path("log.sqlite"), compactEveryMs: 0 });
  const { hosts, targets } = VIEW_SIZES[size];
  const views = VIEWS as unknown as readonly AnyView[];
  const fleet = await ViewFleet.make(log, VIEW_SIZES[size], views, THREAD_COUNTS);
  const rawPerS = await rawAppends(log, hosts);
  const threads = new ViewThreads(log, box);
  const startedAt = performance.now();
  await threads.begin();
  const reached = async (revision: number): Promise<void> => {
    for (const view of SETTLED) await threads.reached(view, revision);
  };
  await reached(fleet.revision);
  const beside = { name: "raw appends", value: rawPerS, unit: "per s" } as const;
  figures.add({
    name: "every view of all hosts, no output yet",
    value: perSecond(hosts, startedAt),
    unit: "per s",
    beside,
    sizes: { hosts, targets },
  });
  const sizes = { hosts, targets, flipped: Math.min(hosts, FLIPPED_MAX) };
  for (const selector of FLIP_SELECTORS) {
    await reached(fleet.revision);
    await flip(figures, fleet, threads, { selector, rawPerS, sizes });
  }
  const [everybody] = FLIP_SELECTORS;
  await reached(await fleet.select(FLIP_TARGET, everybody));
  const deployedAt = performance.now();
  for (let at = 0; at < DEPLOYED; at += 1) {
    await reached(await fleet.deploy(`sustained-${at}`, FLIP_TARGET));
  }
  figures.add({
    name: "host-deployment records, sustained",
    value: perSecond(DEPLOYED * sizes.flipped, deployedAt),
    unit: "per s",
    bar: BARS.recordsPerS,
    barIs: "least",
    beside,
    sizes,
  });
  const half = targets / 2;
  for (let from = BROAD_TARGETS; from < half; from += DEPLOYED_AT_ONCE) {
    await reached(await fleet.deployToEach(from, Math.min(from + DEPLOYED_AT_ONCE, half)));
  }
  addMemory(figures, "memory of the log and every view", process.pid, BARS.memoryMiB, {
    hosts,
    targets,
    deployments: deploymentCount(targets) + DEPLOYED + half - BROAD_TARGETS,
  });
  await threads.close();
  await log.close();
}

interface Flip {
  readonly selector: string;
  readonly rawPerS: number;
  readonly sizes: { readonly hosts: number; readonly targets: number; readonly flipped: number };
}

async function flip(
  figures: Figures,
  fleet: ViewFleet,
  threads: ViewThreads,
  { selector, rawPerS, sizes }: Flip,
): Promise<void> {
  const startedAt = performance.now();
  const revision = await fleet.select(FLIP_TARGET, selector);
  await threads.reached("target-delta", revision);
  const decidedS = (performance.now() - startedAt) / MS_PER_S;
  await threads.reached("deployment-fanout", revision);
  const how = selector === FLIP_SELECTORS[0] ? "join" : "leave";
  figures.add({
    name: `one target edit, all ${how}: to the last host-deployment record`,
    value: (performance.now() - startedAt) / MS_PER_S,
    unit: "s",
    bar: BARS.flipS,
    beside: { name: "as many raw appends", value: (2 * sizes.flipped) / rawPerS, unit: "s" },
    sizes,
  });
  figures.add({ name: "  to the last membership record", value: decidedS, unit: "s", sizes });
}
