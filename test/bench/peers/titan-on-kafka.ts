import { deploymentFanout } from "@titan/deployment-fanout";
import type { Host } from "@titan/domain";
import type { EventLog } from "@titan/event-log";
import { fixedTopics } from "@titan/processor-runtime";
import { deployment, target, template } from "@titan/processor-runtime/testing";
import { replicaAssignment } from "@titan/replica-assignment";
import { targetDelta } from "@titan/target-delta";
import type { BenchCluster } from "../kafka/bench-cluster.ts";
import { NounFiller } from "../kafka/noun-filler.ts";
import { ProcessorsProcess, tasksOf, type Part } from "../kafka/processors-process.ts";
import type { Compared } from "./peer-size.ts";
import {
  deploymentCount,
  deploymentName,
  deploymentTarget,
  hostLabels,
  hostName,
  selectorText,
  targetName,
} from "./workload.ts";

/** As many as the Kafka Streams topology has. */
export const PARTITIONS = 4;
const COUNTS = { hostPartitions: PARTITIONS, deploymentPartitions: 1 };
/**
 * A process each, as one would run them on two cores. The fan-out waits for the replicas of each
 * deployment to be chosen, which the topology does not know.
 */
const SESSION_TIMEOUT_MS = 6_000;
const PROCESSES: readonly (readonly Part[])[] = [
  ["target-delta"],
  ["replica-assignment", "deployment-fanout"],
];
const VIEWS = [targetDelta, replicaAssignment, deploymentFanout];

/** Titan's target-delta and deployment-fanout on the fleet of the peers; the bench is the feed. */
export class TitanOnKafka implements AsyncDisposable {
  readonly log: EventLog;
  readonly #brokers: string;
  readonly #nodeFlags: readonly string[];
  readonly #filler: NounFiller;
  readonly #probeOn = new Set<number>();
  #processes: readonly ProcessorsProcess[] = [];

  private constructor(cluster: BenchCluster, log: EventLog, nodeFlags: readonly string[]) {
    this.log = log;
    this.#brokers = cluster.brokers;
    this.#nodeFlags = nodeFlags;
    this.#filler = new NounFiller(log, 1, {
      "titan.host": PARTITIONS,
      "titan.target": 1,
      "titan.template": 1,
      "titan.deployment": 1,
      "titan.view": 1,
    });
  }

  /** The targets and deployments are there, and no host. */
  static async begin(
    cluster: BenchCluster,
    { targets }: Compared,
    nodeFlags: readonly string[],
  ): Promise<TitanOnKafka> {
    await cluster.clear();
    const config = { brokers: cluster.brokers, ...COUNTS };
    // The installation commit, and nothing else.
    const empty = await ProcessorsProcess.start({ ...config, parts: [] });
    await empty.stop();
    const log = cluster.log();
    await log.createTopics(fixedTopics(COUNTS));
    const titan = new TitanOnKafka(cluster, log, nodeFlags);
    const filler = titan.#filler;
    for (const { name, version } of VIEWS) {
      await filler.add("view", name, { name, createdRevision: 1, version });
    }
    const page = template("page", { "page.txt": "{{deployment.name}}" });
    await filler.add("template", page.key, page.current as object);
    for (let at = 0; at < targets; at += 1) await titan.addTarget(at, selectorText(at));
    for (let at = 0; at < deploymentCount(targets); at += 1) {
      const refs = { workload: "w", template: "page", target: deploymentTarget(at) };
      const { key, current } = deployment(deploymentName(at), refs);
      await filler.add("deployment", key, current as object);
    }
    await filler.finish();
    return titan;
  }

  async addTarget(at: number, selector: string): Promise<void> {
    const { key, current } = target(targetName(at), selector);
    await this.#filler.add("target", key, current as object);
  }

  async addHost(at: number): Promise<void> {
    const name = hostName(at);
    const labels = hostLabels(at, this.#probeOn.has(at));
    const current: Host = {
      workspace: "default",
      name,
      labels,
      createdRevision: 1,
      description: "",
    };
    await this.#filler.add("host", `default/${name}`, current);
  }

  /** Its label that puts it into one target, or out of it. */
  async editHost(at: number): Promise<void> {
    if (!this.#probeOn.delete(at)) this.#probeOn.add(at);
    await this.addHost(at);
  }

  isProbeOn(at: number): boolean {
    return this.#probeOn.has(at);
  }

  /** What was added is there for all; resolves when that is acknowledged. */
  commit(): Promise<void> {
    return this.#filler.finish();
  }

  async start(): Promise<void> {
    const config = {
      brokers: this.#brokers,
      ...COUNTS,
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
    };
    this.#processes = await Promise.all(
      PROCESSES.map((parts) => ProcessorsProcess.start({ ...config, parts }, this.#nodeFlags)),
    );
  }

  /** Resolves when every task has made the output of all that was committed. */
  async caughtUp(): Promise<void> {
    await Promise.all(
      this.#processes.map((process, at) =>
        process.caughtUp(this.#filler.revision, tasksOf(PROCESSES[at] ?? [], PARTITIONS)),
      ),
    );
  }

  /** Of both processes together. */
  async memory(): Promise<{ readonly liveMiB: number; readonly residentMiB: number }> {
    const each = await Promise.all(this.#processes.map((process) => process.memory()));
    return {
      liveMiB: each.reduce((sum, { liveMiB }) => sum + liveMiB, 0),
      residentMiB: each.reduce((sum, { residentMiB }) => sum + residentMiB, 0),
    };
  }

  /** Processor time of all their threads since they began. */
  async cpuMs(): Promise<number> {
    const each = await Promise.all(this.#processes.map((process) => process.usage()));
    return each.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.stop()));
    this.#processes = [];
  }

  async kill(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.kill()));
    this.#processes = [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.log.close();
  }
}
