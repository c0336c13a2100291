import type { BenchOptions } from "../bench-options.ts";
import { Figures, settingOf } from "../figure.ts";
import { BenchCluster } from "../kafka/bench-cluster.ts";
import { measureGoPeer } from "./go-peer.ts";
import { measureKafkaStreamsPeer, measureKills, measureTitanAlone } from "./kafka-streams-peer.ts";
import { PEER_SIZES } from "./peer-size.ts";

const ON_KAFKA = { "kafka-streams": measureKafkaStreamsPeer, kill: measureKills } as const;
/** A part of another, measured only when it is asked for. */
const ALONE = { titan: measureTitanAlone } as const;
const NAMES: readonly string[] = ["go", ...Object.keys(ON_KAFKA), ...Object.keys(ALONE)];

/** Titan beside what one would build instead; what can not be built on this machine is left out. */
export async function benchBesidePeers(options: BenchOptions): Promise<Figures> {
  const { size: sizeName, only, nodeFlags, results } = options;
  const isWanted = (name: string): boolean => only === undefined || only === name;
  if (!NAMES.some(isWanted)) throw new Error(`--only is one of: ${NAMES.join(", ")}`);
  const parts = only === undefined ? ON_KAFKA : { ...ON_KAFKA, ...ALONE };
  const onKafka = Object.entries(parts).filter(([name]) => isWanted(name));
  await using cluster = onKafka.length > 0 ? await BenchCluster.open() : undefined;
  const setting = settingOf(sizeName, cluster?.description ?? "no log");
  const figures = new Figures(setting, results);
  const size = PEER_SIZES[sizeName];
  console.log(
    `${setting.machine}\nNode ${setting.node}, ${setting.log}, ${sizeName} size, ${setting.at}\n`,
  );
  if (isWanted("go")) await measureGoPeer(figures, size, nodeFlags);
  if (cluster === undefined) return figures;
  for (const [, measure] of onKafka) await measure(figures, size, cluster, nodeFlags);
  return figures;
}
