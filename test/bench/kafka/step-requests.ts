import { openTitan } from "@titan/client";
import type { Figures } from "../figure.ts";
import { hostObject } from "../fleet-objects.ts";
import type { BenchCluster } from "./bench-cluster.ts";
import { apply, makeFleet, proposeAll } from "./bench-fleet.ts";
import type { KafkaSize } from "./kafka-size.ts";
import { LOG_PARTS, ProcessorsProcess, tasksOf, type Part } from "./processors-process.ts";

const PARTITIONS = 8;
const CHANGES = 100;
const BAR = 1;

/** Each service as a process of its own: how many produce requests each sends for one change. */
export async function measureStepRequests(
  figures: Figures,
  { fleet }: KafkaSize,
  cluster: BenchCluster,
): Promise<void> {
  await cluster.clear();
  const partitions = { hostPartitions: PARTITIONS, deploymentPartitions: PARTITIONS };
  await using processes = new AsyncDisposableStack();
  const services: { readonly part: Part; readonly process: ProcessorsProcess }[] = [];
  for (const part of LOG_PARTS) {
    const config = { brokers: cluster.brokers, ...partitions, parts: [part] };
    const process = processes.use(await ProcessorsProcess.start(config));
    services.push({ part, process });
  }
  const log = cluster.log();
  const titan = await openTitan(log);
  const usages = (revision: number) =>
    Promise.all(
      services.map(({ part, process }) => process.caughtUp(revision, tasksOf([part], PARTITIONS))),
    );
  const before = await usages(await makeFleet(titan, fleet));
  let after = before;
  for (let at = 0; at < CHANGES; at += 1) {
    const labels = { group: `g${(at + 1) % fleet.targets}` };
    const host = hostObject(at % fleet.hosts, fleet.targets, labels);
    // One change at a time: each is a step of every task.
    after = await usages(await proposeAll(titan, [apply(host)]));
  }
  await titan.close();
  await log.close();
  services.forEach(({ part }, at) => {
    const requests = (after[at]?.requests["Produce"] ?? 0) - (before[at]?.requests["Produce"] ?? 0);
    const records = ((after[at]?.records ?? 0) - (before[at]?.records ?? 0)) / CHANGES;
    figures.add({
      name: `produce requests of ${part} for one change`,
      value: requests / CHANGES,
      unit: "requests",
      ...(part === "feed" ? {} : { bar: BAR }),
      sizes: { tasks: tasksOf([part], PARTITIONS), records: records },
    });
  });
}
