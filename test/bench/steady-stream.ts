import { eventually } from "../flows/eventually.ts";
import { Sandbox } from "../flows/sandbox.ts";
import { whenReady } from "../flows/titan-process.ts";
import { ApiLoad } from "./api-load.ts";
import { percentile, type Figures, type Yardstick } from "./figure.ts";
import {
  deploymentObject,
  hostObject,
  targetObject,
  templateObject,
  WORKLOAD,
} from "./fleet-objects.ts";
import { HostStream } from "./host-stream.ts";
import { steadyLoad } from "./kafka/steady-load.ts";
import { PlainLog } from "./plain-log.ts";

interface StreamSize {
  readonly hosts: number;
  readonly targets: number;
  /** Of the first so many targets each has one. */
  readonly deployments: number;
  readonly perSecond: number;
  readonly seconds: number;
}

const SIZES: Readonly<Record<"full" | "small", StreamSize>> = {
  full: { hosts: 100_000, targets: 2_000, deployments: 200, perSecond: 200, seconds: 30 },
  small: { hosts: 500, targets: 20, deployments: 5, perSecond: 50, seconds: 2 },
};
const BARS = { embeddedMs: 20, kafkaMs: 150 } as const;
const BATCH = 1_000;
const WATCHED_HOSTS = 20;
/** One change of so many is of a host that is watched. */
const WATCHED_EACH = 10;
const WARM_UP_S = 5;
const SYNCED_APPENDS = 300;

/** How fast a change gets to the stream of its host while many flow, in a large fleet on one box. */
export async function measureSteadyStream(
  figures: Figures,
  sizeName: "full" | "small",
  nodeFlags: readonly string[] = [],
): Promise<void> {
  await using box = new Sandbox();
  const synced = await syncedAppends(box);
  await measureStream(figures, box, SIZES[sizeName], {
    nodeFlags,
    more: [],
    barMs: BARS.embeddedMs,
    beside: (part) => ({ name: "one synced append", value: percentile(synced, part), unit: "ms" }),
  });
}

/** The same on Kafka; `beside` is what one record takes there. */
export async function measureSteadyStreamOnKafka(
  figures: Figures,
  sizeName: "full" | "small",
  brokers: string,
  beside: StreamRun["beside"],
): Promise<void> {
  await using box = new Sandbox();
  const more = ["--kafka", brokers];
  await measureStream(figures, box, SIZES[sizeName], { more, barMs: BARS.kafkaMs, beside });
}

interface StreamRun {
  /** Of `titan up`. */
  readonly more: readonly string[];
  readonly nodeFlags?: readonly string[];
  readonly barMs: number;
  readonly beside: (part: number) => Yardstick;
}

async function measureStream(
  figures: Figures,
  box: Sandbox,
  { hosts, targets, deployments, perSecond, seconds }: StreamSize,
  { more, nodeFlags = [], barMs, beside }: StreamRun,
): Promise<void> {
  const environment = { TITAN_LAYOUT: "sharded" };
  const up = ["up", "-o", "json", "--data", box.path("data"), "--port", "0", ...more];
  const started = box.start(up, { nodeFlags, environment });
  const titan = await whenReady(started);
  const load = new ApiLoad(titan.api, titan.token);
  const objects = [
    templateObject(1),
    WORKLOAD,
    ...Array.from({ length: targets }, (_, at) => targetObject(at)),
    ...Array.from({ length: deployments }, (_, at) => deploymentObject(at, targets)),
    ...Array.from({ length: hosts }, (_, at) => hostObject(at, targets)),
  ];
  for (let from = 0; from < objects.length; from += BATCH) {
    await load.apply(objects.slice(from, from + BATCH));
  }
  await load.caughtUp();
  const streams = Array.from({ length: WATCHED_HOSTS }, (_, at) => {
    return new HostStream(titan.api, titan.token, `h${at}`);
  });
  await Promise.all(streams.map(({ begun }) => begun));
  const latencies: number[] = [];
  const acknowledged: number[] = [];
  const warmUp = perSecond * WARM_UP_S;
  await steadyLoad(perSecond, WARM_UP_S + seconds, async (at) => {
    const isWatched = at % WATCHED_EACH === 0;
    const turn = Math.floor(at / WATCHED_EACH);
    const host = isWatched ? turn % WATCHED_HOSTS : WATCHED_HOSTS + ((at * 7_919) % (hosts - 100));
    // From one deployment to the next, so that each change is a record on the stream.
    const round = Math.floor(turn / WATCHED_HOSTS);
    const group = (host + 1 + (isWatched ? round : at)) % (isWatched ? deployments : targets);
    const submittedAt = performance.now();
    const { revision } = await load.apply([hostObject(host, targets, { group: `g${group}` })]);
    const answeredAt = performance.now();
    if (!isWatched || at < warmUp) return;
    const arrivedAt = await eventually("the record", () => streams[host]?.recordFrom(revision));
    latencies.push(arrivedAt - submittedAt);
    acknowledged.push(answeredAt - submittedAt);
  });
  for (const stream of streams) stream.close();
  load.close();
  await titan.process.terminate();
  const sizes = { hosts, targets, deployments, "changes/s": perSecond };
  const name = "submit to the record on the host's stream";
  const p99 = percentile(latencies, 0.99);
  figures.add({
    name: `${name}, p50`,
    value: percentile(latencies, 0.5),
    unit: "ms",
    beside: beside(0.5),
  });
  figures.add({
    name: `${name}, p99`,
    value: p99,
    unit: "ms",
    bar: barMs,
    beside: beside(0.99),
    sizes,
  });
  const acked = percentile(acknowledged, 0.99);
  figures.add({
    name: "  of these until acknowledged, p99",
    value: acked,
    unit: "ms",
    beside: beside(0.99),
  });
}

async function syncedAppends(box: Sandbox): Promise<readonly number[]> {
  await using plain = await PlainLog.open(box.folder);
  return await plain.appendMs(SYNCED_APPENDS);
}
