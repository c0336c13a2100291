import { fixedTopics } from "@titan/processor-runtime";
import { host, target } from "@titan/processor-runtime/testing";
import { targetDelta } from "@titan/target-delta";
import type { Figures } from "../figure.ts";
import type { BenchCluster } from "./bench-cluster.ts";
import type { KafkaSize } from "./kafka-size.ts";
import { NounFiller } from "./noun-filler.ts";
import { ProcessorsProcess } from "./processors-process.ts";

const MS_PER_S = 1_000;
const BAR_PER_S = 100_000;
const COUNTS = { hostPartitions: 1, deploymentPartitions: 1 };

/**
 * One target-delta task in a process of its own over all hosts: from when it begins to read until
 * its output is right and its first mark acknowledged, without an output and with one.
 */
export async function measureBootstrap(
  figures: Figures,
  { bootHosts: hosts, bootTargets: targets }: KafkaSize,
  cluster: BenchCluster,
  readPerSecond: number,
  nodeFlags: readonly string[] = [],
): Promise<void> {
  await cluster.clear();
  const config = { brokers: cluster.brokers, ...COUNTS };
  // The installation commit, and nothing else.
  const empty = await ProcessorsProcess.start({ ...config, parts: [] });
  await empty.stop();
  const log = cluster.log();
  await log.createTopics(fixedTopics(COUNTS));
  const filler = new NounFiller(log, 1, { "titan.host": 1, "titan.target": 1, "titan.view": 1 });
  const { name, version } = targetDelta;
  await filler.add("view", name, { name, createdRevision: 1, version });
  for (let at = 0; at < targets; at += 1) {
    const { key, current } = target(`t${at}`, `group=g${at}`);
    await filler.add("target", key, current as object);
  }
  for (let at = 0; at < hosts; at += 1) {
    const { key, current } = host(`h${at}`, {
      group: `g${at % targets}`,
      name: `h${at}`,
      owner: `team-${at % 17}`,
      platform: "kubernetes",
      region: `region-${at % 5}`,
      site: `site-${at % 250}`,
    });
    await filler.add("host", key, current as object);
  }
  await filler.finish();
  await log.close();
  const sizes = { hosts, targets, "labels a host": 6 };
  for (const how of ["no output yet", "an output that is right"]) {
    await using task = await ProcessorsProcess.start(
      { ...config, parts: ["target-delta"] },
      nodeFlags,
    );
    const { tasks, cpuMs } = await task.caughtUp(filler.revision, 1);
    await task.stop();
    figures.add({
      name: `bootstrap of one target-delta task, ${how}`,
      value: hosts / ((tasks[0]?.startMs ?? 0) / MS_PER_S),
      unit: "per s",
      bar: BAR_PER_S,
      barIs: "least",
      beside: { name: "records read by our adapter", value: readPerSecond, unit: "per s" },
      sizes,
    });
    figures.add({ name: "  processor time of its process, all threads", value: cpuMs, unit: "ms" });
  }
}
