import type { EventLog, Subscription } from "@titan/event-log";
import { readStatement } from "@titan/processor-runtime";
import { eventually } from "../../flows/eventually.ts";
import { Sandbox } from "../../flows/sandbox.ts";
import { ApiLoad } from "../api-load.ts";
import { percentile, type Figures } from "../figure.ts";
import { hostObject } from "../fleet-objects.ts";
import type { BenchCluster } from "./bench-cluster.ts";
import { fleetObjects } from "./bench-fleet.ts";
import type { KafkaSize } from "./kafka-size.ts";
import { steadyLoad } from "./steady-load.ts";
import { besideSingle, type Yardsticks } from "./yardsticks.ts";

const PER_SECOND = 50;
const WATCHED_MAX = 50;
const WARM_UP_S = 3;
const BARS = { p50Ms: 100, p99Ms: 250 } as const;

/** Submit through the API of `titan up --kafka` to the record in the host's topic, at a reader of it. */
export async function measureLatency(
  figures: Figures,
  { fleet, latencyS }: KafkaSize,
  cluster: BenchCluster,
  { acknowledged: appended, seen }: Yardsticks,
): Promise<void> {
  await cluster.clear();
  await using box = new Sandbox();
  const titan = await box.up({ more: ["--kafka", cluster.brokers] });
  const load = new ApiLoad(titan.api, titan.token);
  const { hosts, targets } = fleet;
  for (const objects of fleetObjects(fleet)) await load.apply(objects);
  await load.caughtUp();
  const log = cluster.log();
  const watched = Math.min(WATCHED_MAX, hosts);
  const topics = new HostTopics(log);
  for (let at = 0; at < watched; at += 1) await topics.follow(`titan.host.default.h${at}`);
  const acknowledged: number[] = [];
  const arrived: number[] = [];
  const edit = async (number: number): Promise<void> => {
    const at = number % watched;
    const group = `g${(at + Math.floor(number / watched) + 1) % targets}`;
    const submittedAt = performance.now();
    const { revision } = await load.apply([hostObject(at, targets, { group })]);
    acknowledged.push(performance.now() - submittedAt);
    const topic = `titan.host.default.h${at}`;
    const arrivedAt = await eventually("the record", () => topics.arrivedAt(topic, revision));
    arrived.push(arrivedAt - submittedAt);
  };
  const warmUp = PER_SECOND * WARM_UP_S;
  await steadyLoad(PER_SECOND, WARM_UP_S, edit);
  acknowledged.length = 0;
  arrived.length = 0;
  await steadyLoad(PER_SECOND, latencyS, (number) => edit(warmUp + number));
  await topics.close();
  await log.close();
  load.close();
  await titan.process.terminate();
  const sizes = { ...fleet, "changes a second": PER_SECOND, seconds: latencyS };
  for (const [part, bar] of [
    [0.5, BARS.p50Ms],
    [0.99, BARS.p99Ms],
  ] as const) {
    figures.add({
      name: `submit to the record in the host's topic, p${part * 100}`,
      value: percentile(arrived, part),
      unit: "ms",
      bar,
      beside: besideSingle(seen, part),
      sizes,
    });
    figures.add({
      name: `  of these until the verdict is answered, p${part * 100}`,
      value: percentile(acknowledged, part),
      unit: "ms",
      beside: besideSingle(appended, part),
    });
  }
}

interface Arrival {
  readonly revision: number;
  /** By performance.now(). */
  readonly at: number;
}

/** When the records of host topics came to a reader. */
class HostTopics {
  readonly #log: EventLog;
  readonly #arrivals = new Map<string, Arrival[]>();
  readonly #subscriptions: Subscription[] = [];

  constructor(log: EventLog) {
    this.#log = log;
  }

  async follow(topic: string): Promise<void> {
    const { end } = await this.#log.bounds(topic, 0);
    const arrivals: Arrival[] = [];
    this.#arrivals.set(topic, arrivals);
    this.#subscriptions.push(
      this.#log.subscribe({ topic, partition: 0, from: end }, ({ records }) => {
        const at = performance.now();
        for (const record of records) {
          const read = readStatement(record);
          if (read.kind === "statement") arrivals.push({ revision: read.statement.revision, at });
        }
      }),
    );
  }

  /**
   * Of the first record that holds the change of a revision; undefined until then. Its label is
   * that revision or, when the views took several together, a later one.
   */
  arrivedAt(topic: string, revision: number): number | undefined {
    return this.#arrivals.get(topic)?.find((arrival) => arrival.revision >= revision)?.at;
  }

  async close(): Promise<void> {
    await Promise.all(this.#subscriptions.map((subscription) => subscription.close()));
  }
}
