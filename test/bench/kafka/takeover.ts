import { setTimeout as sleep } from "node:timers/promises";
import { openTitan } from "@titan/client";
import { eventually } from "../../flows/eventually.ts";
import { percentile, type Figures } from "../figure.ts";
import { hostObject } from "../fleet-objects.ts";
import type { BenchCluster } from "./bench-cluster.ts";
import { apply, makeFleet, proposeAll } from "./bench-fleet.ts";
import type { KafkaSize } from "./kafka-size.ts";
import { ProcessorsProcess } from "./processors-process.ts";
import { besideSingle, type Yardsticks } from "./yardsticks.ts";

const SESSION_TIMEOUT_MS = 6_000;
const BAR_BEYOND_MS = 2_000;
const EDIT_EVERY_MS = 20;
const OUTPUT = "titan.host-target";
const MS_PER_S = 1_000;

/** One of two copies of a view is killed while changes come: until the other one writes. */
export async function measureTakeover(
  figures: Figures,
  { takeovers, fleet }: KafkaSize,
  cluster: BenchCluster,
  { seen }: Yardsticks,
): Promise<void> {
  await cluster.clear();
  const config = {
    brokers: cluster.brokers,
    hostPartitions: 1,
    deploymentPartitions: 1,
    sessionTimeoutMs: SESSION_TIMEOUT_MS,
  };
  const log = cluster.log();
  await using feed = await ProcessorsProcess.start({ ...config, parts: ["feed"] });
  const titan = await openTitan(log);
  const last = await makeFleet(titan, fleet);
  let writtenAt = 0;
  const output = log.subscribe({ topic: OUTPUT, partition: 0, from: 0 }, ({ records }) => {
    if (records.length > 0) writtenAt = performance.now();
  });
  const editing = new AbortController();
  const edits = (async () => {
    for (let at = 0; !editing.signal.aborted; at += 1) {
      await proposeAll(titan, [apply(hostObject(0, fleet.targets, { n: `n${at}` }))]);
      await sleep(EDIT_EVERY_MS);
    }
  })();
  const start = (): Promise<ProcessorsProcess> =>
    ProcessorsProcess.start({ ...config, parts: ["target-delta"] });
  let owner = await start();
  await owner.caughtUp(last, 1);
  const beyond: number[] = [];
  for (let round = 0; round < takeovers; round += 1) {
    const other = await start();
    // Joining gives the partition to one of the two.
    const [first, second] = await eventually("one of the two to have the view", async () => {
      const [one, two] = await Promise.all([owner.usage(), other.usage()]);
      if (one.tasks.length + two.tasks.length !== 1) return undefined;
      return one.tasks.length === 1 ? ([owner, other] as const) : ([other, owner] as const);
    });
    await sleep(MS_PER_S);
    const killedAt = performance.now();
    await first.kill();
    const until = performance.now();
    await eventually("the other one to write", () => writtenAt > until + EDIT_EVERY_MS);
    beyond.push(writtenAt - killedAt - SESSION_TIMEOUT_MS);
    owner = second;
  }
  editing.abort();
  await edits;
  await output.close();
  await owner.stop();
  await titan.close();
  await feed.stop();
  await log.close();
  figures.add({
    name: "kill -9 of a view's owner to the other's first record, beyond the session timeout",
    value: percentile(beyond, 1),
    unit: "ms",
    bar: BAR_BEYOND_MS,
    beside: besideSingle(seen, 0.99),
    sizes: { "ms session timeout": SESSION_TIMEOUT_MS, takeovers },
  });
}
