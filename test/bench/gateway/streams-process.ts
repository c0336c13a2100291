import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Figures } from "../figure.ts";
import type { Latency } from "./change-load.ts";
import type { GatewaySize } from "./gateway-size.ts";

/** What the process is told. */
export interface StreamsConfig {
  readonly size: GatewaySize;
  /** For its log. */
  readonly folder: string;
}

export interface StreamsMeasured extends Latency {
  /** Streams begun in a second, one after the other. */
  readonly begunPerSecond: number;
  /** Objects made and put into a map in a second: what the machine does meanwhile. */
  readonly plainPerSecond: number;
  readonly heapKiB: number;
  readonly flowPerSecond: number;
}

const ENTRY = fileURLToPath(new URL("./streams.ts", import.meta.url));
const BARS = { heapKiB: 20, changeMs: 100 } as const;

/** More streams than there are sockets, through the gateway's own code, in a process of their own. */
export async function measureStreams(
  figures: Figures,
  size: GatewaySize,
  folder: string,
): Promise<void> {
  const config: StreamsConfig = { size, folder };
  const child = fork(ENTRY, [JSON.stringify(config)], { execArgv: ["--expose-gc"] });
  const ended = once(child, "close").then(() => {
    throw new Error("the process of the streams ended");
  });
  ended.catch(() => {});
  const [measured] = (await Promise.race([once(child, "message"), ended])) as [StreamsMeasured];
  child.kill("SIGKILL");
  await ended.catch(() => {});
  const { streams } = size;
  figures.add({
    name: "streams begun in process",
    value: measured.begunPerSecond,
    unit: "per s",
    beside: {
      name: "objects made and kept in a map",
      value: measured.plainPerSecond,
      unit: "per s",
    },
    sizes: { streams },
  });
  figures.add({
    name: "  memory a stream",
    value: measured.heapKiB,
    unit: "KiB",
    bar: BARS.heapKiB,
    sizes: { streams },
  });
  const name = "change to its host's stream in process while 1,000/s flow";
  const flow = { streams, "host changes a second": Math.round(measured.flowPerSecond) };
  figures.add({
    name: `${name}, p50`,
    value: measured.p50,
    unit: "ms",
    beside: { name: "its acknowledgement", value: measured.acknowledgedP50, unit: "ms" },
    sizes: flow,
  });
  figures.add({
    name: `${name}, p99`,
    value: measured.p99,
    unit: "ms",
    bar: BARS.changeMs,
    beside: { name: "its acknowledgement", value: measured.acknowledgedP99, unit: "ms" },
    sizes: { streams },
  });
}
