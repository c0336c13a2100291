import { openTitan } from "@titan/client";
import { Sandbox } from "../../flows/sandbox.ts";
import { ApiLoad, atOnce } from "../api-load.ts";
import type { Figures } from "../figure.ts";
import { hostObject } from "../fleet-objects.ts";
import type { BenchCluster } from "./bench-cluster.ts";
import { apply, fleetObjects, makeFleet, proposeAll } from "./bench-fleet.ts";
import type { Fleet, KafkaSize } from "./kafka-size.ts";
import { LOG_PARTS, ProcessorsProcess, type Part } from "./processors-process.ts";

const MS_PER_S = 1_000;
const OPERATIONS = 100;
/** Proposals under way at once. */
const LANES = 16;
const WARM_UP = 20;
/** Committed operations for each record that kafkajs can produce. */
const BAR_PART = 1 / 8;

/** Committed operations a second, a hundred to a proposal, beside what kafkajs can produce. */
export async function measureThroughput(
  figures: Figures,
  { bulkOperations, fleet }: KafkaSize,
  cluster: BenchCluster,
  kafkajsPerSecond: number,
  nodeFlags: readonly string[],
): Promise<void> {
  const proposals = bulkOperations / OPERATIONS;
  const bar = kafkajsPerSecond * BAR_PART;
  const add = (name: string, rate: number): void => {
    const sizes = { operations: bulkOperations, "a proposal": OPERATIONS, ...fleet };
    const beside = { name: "kafkajs's producer", value: kafkajsPerSecond, unit: "per s" } as const;
    figures.add({ name, value: rate, unit: "per s", bar, barIs: "least", beside, sizes });
  };
  const straight = (parts: readonly Part[]): Promise<number> =>
    straightRate(cluster, parts, proposals, fleet, nodeFlags);
  const feed = await straight(["feed"]);
  add("committed operations, change feed alone, straight to titan.proposal", feed);
  const all = await straight(LOG_PARTS);
  add("  the same while every view follows", all);
  add("  through the API of `titan up --kafka`", await apiRate(cluster, proposals, fleet));
}

async function straightRate(
  cluster: BenchCluster,
  parts: readonly Part[],
  proposals: number,
  fleet: Fleet,
  nodeFlags: readonly string[],
): Promise<number> {
  await cluster.clear();
  const log = cluster.log();
  try {
    const config = { brokers: cluster.brokers, hostPartitions: 8, deploymentPartitions: 8, parts };
    await using processors = await ProcessorsProcess.start(config, nodeFlags);
    const titan = await openTitan(log);
    await makeFleet(titan, fleet);
    const submit = (from: number) => (at: number) =>
      proposeAll(titan, editsOf(from + at, fleet).map(apply));
    await atOnce(WARM_UP, LANES, submit(0));
    const startedAt = performance.now();
    await atOnce(proposals, LANES, submit(WARM_UP));
    const rate = (proposals * OPERATIONS) / ((performance.now() - startedAt) / MS_PER_S);
    await titan.close();
    await processors.stop();
    return rate;
  } finally {
    await log.close();
  }
}

async function apiRate(cluster: BenchCluster, proposals: number, fleet: Fleet): Promise<number> {
  await cluster.clear();
  await using box = new Sandbox();
  const titan = await box.up({ more: ["--kafka", cluster.brokers] });
  const load = new ApiLoad(titan.api, titan.token);
  for (const objects of fleetObjects(fleet)) await load.apply(objects);
  await load.caughtUp();
  await atOnce(WARM_UP, LANES, (at) => load.apply(editsOf(at, fleet)));
  const startedAt = performance.now();
  await atOnce(proposals, LANES, (at) => load.apply(editsOf(WARM_UP + at, fleet)));
  const rate = (proposals * OPERATIONS) / ((performance.now() - startedAt) / MS_PER_S);
  load.close();
  await titan.process.terminate();
  return rate;
}

/** New labels for a hundred hosts, each another one; the target that selects them stays. */
function editsOf(proposal: number, { hosts, targets }: Fleet): readonly object[] {
  return Array.from({ length: OPERATIONS }, (_, at) =>
    hostObject((proposal * OPERATIONS + at) % hosts, targets, { n: `n${proposal}` }),
  );
}
