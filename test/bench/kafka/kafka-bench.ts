import type { BenchOptions } from "../bench-options.ts";
import { Figures, settingOf } from "../figure.ts";
import { measureSteadyStreamOnKafka } from "../steady-stream.ts";
import { BenchCluster } from "./bench-cluster.ts";
import { measureBootstrap } from "./bootstrap.ts";
import { measureLoad } from "./cpu.ts";
import { KAFKA_SIZES } from "./kafka-size.ts";
import { measureLatency } from "./latency.ts";
import { measureSlowPath } from "./slow-path.ts";
import { measureStepRequests } from "./step-requests.ts";
import { measureTakeover } from "./takeover.ts";
import { measureThroughput } from "./throughput.ts";
import { besideSingle, measureKafkaYardsticks, type Yardsticks } from "./yardsticks.ts";

/** Every number that the project promises on Kafka; answers how it went. */
export async function benchOnKafka(options: BenchOptions): Promise<Figures> {
  const { size: sizeName, only, nodeFlags, results } = options;
  await using cluster = await BenchCluster.open();
  const setting = settingOf(sizeName, cluster.description);
  const figures = new Figures(setting, results);
  const size = KAFKA_SIZES[sizeName];
  console.log(
    `${setting.machine}\nNode ${setting.node}, ${setting.log}, ${sizeName} size, ${setting.at}\n`,
  );
  let taken: Yardsticks | undefined;
  const yardsticks = async (): Promise<Yardsticks> =>
    (taken ??= await measureKafkaYardsticks(figures, size, cluster));
  const parts: Readonly<Record<string, () => Promise<unknown>>> = {
    yardsticks,
    throughput: async () =>
      measureThroughput(figures, size, cluster, (await yardsticks()).kafkajsPerSecond, nodeFlags),
    latency: async () => measureLatency(figures, size, cluster, await yardsticks()),
    "fleet-stream": async () => {
      const { seen } = await yardsticks();
      await cluster.clear();
      const beside = (part: number) => besideSingle(seen, part);
      await measureSteadyStreamOnKafka(figures, sizeName, cluster.brokers, beside);
    },
    bootstrap: async () =>
      measureBootstrap(figures, size, cluster, (await yardsticks()).readPerSecond, nodeFlags),
    load: async () => measureLoad(figures, size, cluster, await yardsticks(), nodeFlags),
    "step-requests": () => measureStepRequests(figures, size, cluster),
    "slow-path": async () => measureSlowPath(figures, size, cluster, await yardsticks()),
    takeover: async () => measureTakeover(figures, size, cluster, await yardsticks()),
  };
  const names = Object.keys(parts);
  const wanted = names.filter((name) => only === undefined || name === only);
  if (wanted.length === 0) throw new Error(`--only is one of: ${names.join(", ")}`);
  for (const name of wanted) await parts[name]?.();
  return figures;
}
