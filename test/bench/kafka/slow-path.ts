import { openTitan } from "@titan/client";
import { percentile, type Figures } from "../figure.ts";
import { hostObject } from "../fleet-objects.ts";
import type { BenchCluster } from "./bench-cluster.ts";
import { apply, makeFleet, proposeAll } from "./bench-fleet.ts";
import type { KafkaSize } from "./kafka-size.ts";
import { LOG_PARTS, ProcessorsProcess, tasksOf } from "./processors-process.ts";
import { besideSingle, type Yardsticks } from "./yardsticks.ts";

const PARTITIONS = { hostPartitions: 8, deploymentPartitions: 8 };
const TARGETS = 100;
const DEPLOYMENTS = 10;
const PROPOSALS = 200;
const WARM_UP = 20;

/** What costs extra on a broker: reading the verdict back, and finding many streams at a start. */
export async function measureSlowPath(
  figures: Figures,
  { streams }: KafkaSize,
  cluster: BenchCluster,
  { acknowledged, seen }: Yardsticks,
): Promise<void> {
  await cluster.clear();
  const log = cluster.log();
  const config = { brokers: cluster.brokers, ...PARTITIONS };
  let last = 0;
  const makingAt = performance.now();
  {
    await using all = await ProcessorsProcess.start({ ...config, parts: LOG_PARTS });
    const titan = await openTitan(log);
    const fleet = { hosts: streams - DEPLOYMENTS, targets: TARGETS, deployments: DEPLOYMENTS };
    last = await makeFleet(titan, fleet);
    const tasks = tasksOf(LOG_PARTS, PARTITIONS.hostPartitions);
    const { requests } = await all.caughtUp(last, tasks);
    const sizes = { streams, "create requests": requests["CreateTopics"] ?? 0 };
    const value = performance.now() - makingAt;
    figures.add({
      name: "hosts and deployments made, with their topics",
      value,
      unit: "ms",
      beside: besideSingle(acknowledged, 0.5),
      sizes,
    });
    const took: number[] = [];
    for (let at = 0; at < PROPOSALS + WARM_UP; at += 1) {
      const startedAt = performance.now();
      last = await proposeAll(titan, [apply(hostObject(0, TARGETS, { n: `n${at}` }))]);
      if (at >= WARM_UP) took.push(performance.now() - startedAt);
    }
    for (const part of [0.5, 0.99]) {
      const name = `proposal to its commit read back, one at a time, p${part * 100}`;
      const beside = besideSingle(seen, part);
      figures.add({ name, value: percentile(took, part), unit: "ms", beside });
    }
    await all.caughtUp(last, tasks);
    await titan.close();
    await all.stop();
  }
  await log.close();
  await using forwarder = await ProcessorsProcess.start({ ...config, parts: ["forwarder"] });
  const { tasks, requests, cpuMs } = await forwarder.caughtUp(last, 2 * PARTITIONS.hostPartitions);
  await forwarder.stop();
  figures.add({
    name: "stream-forwarder start, every stream read and marked",
    value: Math.max(...tasks.map(({ startMs }) => startMs)),
    unit: "ms",
    beside: besideSingle(acknowledged, 0.5),
    sizes: { streams },
  });
  figures.add({ name: "  processor time of its process", value: cpuMs, unit: "ms" });
  for (const kind of ["ListOffsets", "Fetch", "Produce", "Metadata"]) {
    const name = `  ${kind} requests of the start`;
    figures.add({ name, value: requests[kind] ?? 0, unit: "requests" });
  }
}
