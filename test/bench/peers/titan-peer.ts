import type { HostTarget } from "@titan/domain";
import type { EventLog } from "@titan/event-log";
import { readStatement, readToEnd } from "@titan/processor-runtime";
import { seededRandom } from "../../flows/seeded-random.ts";
import { percentile } from "../figure.ts";
import type { BenchCluster } from "../kafka/bench-cluster.ts";
import { OutputWatch } from "./output-watch.ts";
import type { PeerFindings } from "./peer-lines.ts";
import type { Compared, PeerSize } from "./peer-size.ts";
import { PARTITIONS, TitanOnKafka } from "./titan-on-kafka.ts";
import {
  deploymentName,
  FLIP_SELECTORS,
  FLIP_TARGET,
  FLIPPED_HOSTS,
  hostName,
  PROBE,
  targetName,
} from "./workload.ts";

const MEMBERSHIPS = "titan.host-target";
const DEPLOYMENTS = "titan.host-deployment";
const MS_PER_S = 1_000;
const WARM_UP = 100;
const FLIPS = 4;
const RESTART_EDITS = 100;
/** So many edits are at one revision of the feed while it is killed. */
const EDITS_PER_COMMIT = 200;

/** What `kafka-streams/Driver.java` does with its topology, case by case and by the same names. */
export class TitanPeer {
  readonly #titan: TitanOnKafka;
  readonly #hosts: number;
  readonly #memberships: OutputWatch;
  readonly #deployments: OutputWatch;
  readonly #findings = new Map<string, number>();

  private constructor(titan: TitanOnKafka, hosts: number) {
    this.#titan = titan;
    this.#hosts = hosts;
    this.#memberships = new OutputWatch(titan.log, MEMBERSHIPS, PARTITIONS);
    this.#deployments = new OutputWatch(titan.log, DEPLOYMENTS, PARTITIONS);
  }

  /** How fast it is, and what it takes. */
  static measure(
    cluster: BenchCluster,
    compared: Compared,
    edits: number,
    nodeFlags: readonly string[],
  ): Promise<PeerFindings> {
    return TitanPeer.#run(cluster, compared, nodeFlags, async (peer) => {
      await peer.#memory();
      await peer.#latency(edits);
      await peer.#flip();
      await peer.#restart();
    });
  }

  /** What is wrong after it was killed so often in the middle of its work. */
  static measureKilled(
    cluster: BenchCluster,
    { kills, ...compared }: PeerSize["killed"],
    nodeFlags: readonly string[],
  ): Promise<PeerFindings> {
    return TitanPeer.#run(cluster, compared, nodeFlags, (peer) => peer.#kill(kills));
  }

  static async #run(
    cluster: BenchCluster,
    compared: Compared,
    nodeFlags: readonly string[],
    cases: (peer: TitanPeer) => Promise<void>,
  ): Promise<PeerFindings> {
    await using titan = await TitanOnKafka.begin(cluster, compared, ["--expose-gc", ...nodeFlags]);
    const peer = new TitanPeer(titan, compared.hosts);
    await titan.start();
    await titan.caughtUp();
    await peer.#bulk();
    await cases(peer);
    await titan.stop();
    await peer.#memberships.close();
    await peer.#deployments.close();
    return peer.#findings;
  }

  async #bulk(): Promise<void> {
    const startedAt = performance.now();
    for (let at = 0; at < this.#hosts; at += 1) await this.#titan.addHost(at);
    await this.#titan.commit();
    await this.#settled();
    const lastAt = Math.max(this.#memberships.lastAt, this.#deployments.lastAt);
    this.#findings.set("bulk-load", this.#hosts / ((lastAt - startedAt) / MS_PER_S));
    const states = await inForce<HostTarget>(this.#titan.log, MEMBERSHIPS);
    let memberships = 0;
    for (const { targets } of states.values()) memberships += targets.length;
    this.#findings.set("memberships", memberships);
  }

  async #memory(): Promise<void> {
    const { liveMiB, residentMiB } = await this.#titan.memory();
    this.#findings.set("live-heap", liveMiB).set("resident", residentMiB);
  }

  async #latency(edits: number): Promise<void> {
    const memberships: number[] = [];
    const deployments: number[] = [];
    for (let edit = 0; edit < WARM_UP + edits; edit += 1) {
      const at = (edit * 7919) % this.#hosts;
      const key = `default/${hostName(at)}`;
      const member = this.#memberships.arrival(key);
      const deployment = this.#deployments.arrival(`${key}/default/${deploymentName(PROBE)}`);
      const startedAt = performance.now();
      await this.#titan.editHost(at);
      await this.#titan.commit();
      const [memberAt, deploymentAt] = await Promise.all([member, deployment]);
      if (edit < WARM_UP) continue;
      memberships.push(memberAt - startedAt);
      deployments.push(deploymentAt - startedAt);
    }
    for (const part of [0.5, 0.99]) {
      this.#findings
        .set(`edit-to-membership-p${part * 100}`, percentile(memberships, part))
        .set(`edit-to-deployment-p${part * 100}`, percentile(deployments, part));
    }
  }

  /** There and back, so often; the median. */
  async #flip(): Promise<void> {
    const flipped = Math.min(this.#hosts, FLIPPED_HOSTS);
    const memberships: number[] = [];
    const deployments: number[] = [];
    const before = await this.#titan.cpuMs();
    for (let flip = 0; flip < FLIPS; flip += 1) {
      await this.#settled();
      const wanted = [this.#memberships.records + flipped, this.#deployments.records + flipped];
      const startedAt = performance.now();
      await this.#titan.addTarget(FLIP_TARGET, FLIP_SELECTORS[flip % 2] ?? "");
      await this.#titan.commit();
      await this.#memberships.reach(wanted[0] ?? 0);
      await this.#deployments.reach(wanted[1] ?? 0);
      memberships.push(this.#memberships.lastAt - startedAt);
      deployments.push(this.#deployments.lastAt - startedAt);
    }
    await this.#settled();
    this.#findings
      .set("flip-processor-time", ((await this.#titan.cpuMs()) - before) / FLIPS)
      .set("flip-to-last-membership", percentile(memberships, 0.75))
      .set("flip-to-last-deployment", percentile(deployments, 0.75));
  }

  /** Caught up: what comes of edits made while nobody was there is visible. */
  async #restart(): Promise<void> {
    await this.#settled();
    await this.#titan.stop();
    const wanted = this.#memberships.records + RESTART_EDITS;
    for (let edit = 0; edit < RESTART_EDITS; edit += 1) {
      await this.#titan.editHost(((edit + 3) * 104_729) % this.#hosts);
    }
    await this.#titan.commit();
    const startedAt = performance.now();
    await this.#titan.start();
    await this.#memberships.reach(wanted);
    this.#findings
      .set("restart-to-caught-up", (this.#memberships.lastAt - startedAt) / MS_PER_S)
      .set("restart-processor-time", (await this.#titan.cpuMs()) / MS_PER_S);
    await this.#settled();
  }

  /** Kills all of it in the middle of its work, each time over other hosts; then counts what is wrong. */
  async #kill(kills: number): Promise<void> {
    const random = seededRandom(1);
    const each = Math.floor(this.#hosts / kills);
    const before = this.#memberships.records;
    for (let round = 0; round < kills; round += 1) {
      const reached = this.#memberships.records + 1 + Math.floor((random() * each) / 2);
      const edits = this.#edit(round * each, each);
      await this.#memberships.reach(reached);
      await this.#titan.kill();
      await edits;
      await this.#titan.start();
      await this.#settled();
    }
    const { log } = this.#titan;
    const memberships = await inForce<HostTarget>(log, MEMBERSHIPS);
    const deployments = await inForce(log, DEPLOYMENTS);
    const lost = { memberships: 0, deployments: 0 };
    for (let at = 0; at < kills * each; at += 1) {
      const key = `default/${hostName(at)}`;
      const isMember = memberships.get(key)?.targets.includes(`default/${targetName(PROBE)}`);
      const runs = deployments.has(`${key}/default/${deploymentName(PROBE)}`);
      if ((isMember ?? false) !== this.#titan.isProbeOn(at)) lost.memberships += 1;
      if (runs !== this.#titan.isProbeOn(at)) lost.deployments += 1;
    }
    this.#findings
      .set("kills", kills)
      .set("edits-under-kills", kills * each)
      .set("memberships-lost", lost.memberships)
      .set("deployments-lost", lost.deployments)
      .set("memberships-repeated", this.#memberships.records - before - kills * each);
  }

  async #edit(from: number, count: number): Promise<void> {
    for (let at = 0; at < count; at += 1) {
      await this.#titan.editHost(from + at);
      if ((at + 1) % EDITS_PER_COMMIT === 0) await this.#titan.commit();
    }
    await this.#titan.commit();
  }

  /** All output of what was committed is there, and came to us. */
  async #settled(): Promise<void> {
    await this.#titan.caughtUp();
    await this.#memberships.settled();
    await this.#deployments.settled();
  }
}

/** What an output holds now, by key, read from its beginning: the statement of the highest revision. */
async function inForce<Value>(log: EventLog, topic: string): Promise<ReadonlyMap<string, Value>> {
  const revisions = new Map<string, number>();
  const values = new Map<string, Value>();
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    await readToEnd(log, topic, partition, 0, (record) => {
      const read = readStatement(record);
      if (read.kind !== "statement") return;
      const { key, revision, current } = read.statement;
      if (revision < (revisions.get(key) ?? 0)) return;
      revisions.set(key, revision);
      if (current === null) values.delete(key);
      else values.set(key, current as Value);
    });
  }
  return values;
}
