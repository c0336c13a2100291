import type { Figures, Unit } from "../figure.ts";
import type { BenchCluster } from "../kafka/bench-cluster.ts";
import { GUARANTEES, KafkaStreamsProgram } from "./kafka-streams-program.ts";
import { findingOf, type PeerFindings } from "./peer-lines.ts";
import type { Compared, PeerSize } from "./peer-size.ts";
import { TitanPeer } from "./titan-peer.ts";

const CASES = "cases=bulk,memory,latency,flip,restart";
const KILL_CASES = "cases=bulk,kill";

interface Row {
  readonly finding: string;
  readonly name: string;
  readonly unit: Unit;
  /** Titan is to be ahead. */
  readonly isBar?: boolean;
}

const ROWS: readonly Row[] = [
  { finding: "edit-to-membership-p50", name: "host edit → membership record, p50", unit: "ms" },
  {
    finding: "edit-to-membership-p99",
    name: "host edit → membership record, p99",
    unit: "ms",
    isBar: true,
  },
  {
    finding: "edit-to-deployment-p50",
    name: "host edit → host-deployment record, p50",
    unit: "ms",
  },
  {
    finding: "edit-to-deployment-p99",
    name: "host edit → host-deployment record, p99",
    unit: "ms",
    isBar: true,
  },
  { finding: "flip-to-last-membership", name: "flip → last membership record", unit: "ms" },
  {
    finding: "flip-to-last-deployment",
    name: "flip → last host-deployment record",
    unit: "ms",
    isBar: true,
  },
  { finding: "flip-processor-time", name: "  processor time of a flip, all threads", unit: "ms" },
  {
    finding: "restart-to-caught-up",
    name: "restart of the processors to caught up",
    unit: "s",
    isBar: true,
  },
  {
    finding: "restart-processor-time",
    name: "  processor time of the restart, all threads",
    unit: "s",
  },
  { finding: "live-heap", name: "live heap, all views", unit: "MiB", isBar: true },
  { finding: "resident", name: "resident memory, all views", unit: "MiB", isBar: true },
  { finding: "bulk-load", name: "hosts loaded, all output there", unit: "per s" },
];

/** Titan's processors beside a Kafka Streams topology: the same data, broker, cases and order. */
export async function measureKafkaStreamsPeer(
  figures: Figures,
  { onKafka, edits }: PeerSize,
  cluster: BenchCluster,
  nodeFlags: readonly string[],
): Promise<void> {
  using program = await KafkaStreamsProgram.build();
  for (const fleet of onKafka) {
    const ours = await TitanPeer.measure(cluster, fleet, edits, nodeFlags);
    if (program === undefined) {
      addRows(figures, fleet, ours);
      continue;
    }
    for (const guarantee of GUARANTEES) {
      const findings = await program.run(cluster, fleet, guarantee, [CASES, `edits=${edits}`]);
      addRows(figures, fleet, ours, { name: `Kafka Streams, ${guarantee}`, findings });
    }
  }
}

/** Titan's side by itself, in a fraction of the time. */
export async function measureTitanAlone(
  figures: Figures,
  { onKafka, edits }: PeerSize,
  cluster: BenchCluster,
  nodeFlags: readonly string[],
): Promise<void> {
  for (const fleet of onKafka) {
    addRows(figures, fleet, await TitanPeer.measure(cluster, fleet, edits, nodeFlags));
  }
}

/** Both killed in the middle of their work, again and again. */
export async function measureKills(
  figures: Figures,
  { killed }: PeerSize,
  cluster: BenchCluster,
  nodeFlags: readonly string[],
): Promise<void> {
  addLosses(figures, killed, "Titan", await TitanPeer.measureKilled(cluster, killed, nodeFlags));
  using program = await KafkaStreamsProgram.build();
  if (program === undefined) return;
  for (const guarantee of GUARANTEES) {
    const cases = [KILL_CASES, `kills=${killed.kills}`];
    const findings = await program.run(cluster, killed, guarantee, cases);
    addLosses(figures, killed, `Kafka Streams, ${guarantee}`, findings);
  }
}

interface Peer {
  readonly name: string;
  readonly findings: PeerFindings;
}

function addRows(figures: Figures, fleet: Compared, ours: PeerFindings, peer?: Peer): void {
  if (peer !== undefined) {
    const found = [ours, peer.findings].map((each) => findingOf(each, "memberships"));
    if (found[0] !== found[1]) throw new Error(`not the same fleet: ${found.join(" and ")}`);
  }
  for (const { finding, name, unit, isBar = false } of ROWS) {
    const theirs = peer === undefined ? undefined : findingOf(peer.findings, finding);
    figures.add({
      name,
      value: findingOf(ours, finding),
      unit,
      ...(theirs === undefined || !isBar ? {} : { bar: theirs }),
      ...(theirs === undefined || peer === undefined
        ? {}
        : { beside: { name: peer.name, value: theirs, unit } }),
      sizes: { ...fleet },
    });
  }
}

/** Hosts of which the last record is not what it would be had nobody been killed. */
function addLosses(figures: Figures, fleet: Compared, whose: string, findings: PeerFindings): void {
  for (const what of ["memberships", "deployments"]) {
    figures.add({
      name: `kill -9: ${what} lost, ${whose}`,
      value: findingOf(findings, `${what}-lost`),
      unit: "records",
      ...(whose === "Titan" ? { bar: 0 } : {}),
      sizes: { ...fleet, edits: findingOf(findings, "edits-under-kills") },
    });
  }
}
