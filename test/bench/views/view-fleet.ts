import type { EventLog } from "@titan/event-log";
import {
  fixedTopics,
  systemClock,
  taskCount,
  viewTask,
  type PartitionCounts,
  type Snapshots,
  type Task,
  type View,
} from "@titan/processor-runtime";
import { NounFiller } from "../kafka/noun-filler.ts";
import {
  deploymentCount,
  deploymentName,
  deploymentTarget,
  hostLabels,
  hostName,
  selectorOf,
  selectorText,
  targetName,
} from "../peers/workload.ts";
import type { ViewSize } from "./view-size.ts";

const ONE_EACH: PartitionCounts = { hostPartitions: 1, deploymentPartitions: 1 };
/** Where the feed writes nouns: every view must find a cut there. */
const NOUN_TOPICS = [
  "titan.view",
  "titan.workspace",
  "titan.host",
  "titan.target",
  "titan.template",
  "titan.workload",
  "titan.deployment",
  "titan.token",
];
const WORKSPACE = "default";
const TEMPLATE = `${WORKSPACE}/files`;
const WORKLOAD = `${WORKSPACE}/app`;
/** Frontiers come as often as this while the fleet is made. */
const HOSTS_A_FRONTIER = 50_000;

export type AnyView = View<unknown, unknown>;

/** A task that runs, and how far it is. */
export interface RunningTask {
  /** Resolves when its output is at this revision. */
  reached(revision: number): Promise<void>;
  stop(): Promise<void>;
}

/** A fleet as the feed's noun topics hold it, on a log of its own, and the views over it. */
export class ViewFleet {
  readonly #log: EventLog;
  readonly #filler: NounFiller;

  private constructor(log: EventLog, filler: NounFiller) {
    this.#log = log;
    this.#filler = filler;
  }

  /** `views` are the versions in force. */
  static async make(
    log: EventLog,
    { hosts, targets }: ViewSize,
    views: readonly AnyView[],
    counts = ONE_EACH,
  ): Promise<ViewFleet> {
    const fixed = fixedTopics(counts);
    await log.createTopics(fixed);
    const nouns = fixed.filter(({ name }) => NOUN_TOPICS.includes(name));
    const topics = Object.fromEntries(nouns.map(({ name, partitions }) => [name, partitions]));
    const filler = new NounFiller(log, 1, topics);
    const fleet = new ViewFleet(log, filler);
    for (const { name, version } of views) {
      await filler.add("view", name, { name, createdRevision: 1, version });
    }
    await filler.add("template", TEMPLATE, template());
    await filler.add("workload", WORKLOAD, workload());
    for (let at = 0; at < targets; at += 1) await fleet.#addTarget(at, selectorText(at));
    for (let at = 0; at < deploymentCount(targets); at += 1) {
      await fleet.#addDeployment(deploymentName(at), deploymentTarget(at));
    }
    for (let at = 0; at < hosts; at += 1) {
      await fleet.#addHost(at, false);
      if (at % HOSTS_A_FRONTIER === HOSTS_A_FRONTIER - 1) await filler.finish();
    }
    await filler.finish();
    return fleet;
  }

  get revision(): number {
    return this.#filler.revision;
  }

  /** Whether the host has the label that the target `PROBE` asks for; answers the revision. */
  async probe(host: number, isOn: boolean): Promise<number> {
    await this.#addHost(host, isOn);
    await this.#filler.finish();
    return this.revision;
  }

  async select(target: number, selector: string): Promise<number> {
    await this.#addTarget(target, selector);
    await this.#filler.finish();
    return this.revision;
  }

  /** A deployment more, to the hosts of a target; answers the revision. */
  async deploy(name: string, target: number): Promise<number> {
    await this.#addDeployment(name, targetName(target));
    await this.#filler.finish();
    return this.revision;
  }

  /** In one step, one to each target of these numbers; answers the revision. */
  async deployToEach(from: number, to: number): Promise<number> {
    for (let at = from; at < to; at += 1) await this.#addDeployment(`of-${at}`, targetName(at));
    await this.#filler.finish();
    return this.revision;
  }

  /** Of one partition each. Without snapshots a task keeps nothing and begins with everything. */
  start(view: AnyView, snapshots?: Snapshots): RunningTask {
    const waiting = new Map<number, () => void>();
    let revision = -1;
    const onStatus = (
      _name: string,
      status: { readonly kind: string; revision?: number },
    ): void => {
      if (status.kind !== "running") return;
      revision = status.revision ?? -1;
      for (const [wanted, resolve] of waiting) {
        if (wanted > revision) continue;
        waiting.delete(wanted);
        resolve();
      }
    };
    if (taskCount(view, ONE_EACH) !== 1) throw new Error("one partition has one task");
    const environment = {
      log: this.#log,
      clock: systemClock,
      counts: ONE_EACH,
      onStatus,
      ...(snapshots === undefined ? {} : { snapshots }),
    };
    const task: Task<unknown, unknown> = viewTask(view, 0, environment);
    const running = task.run();
    return {
      reached: async (wanted) => {
        if (revision >= wanted) return;
        const reached = new Promise<void>((resolve) => waiting.set(wanted, resolve));
        await Promise.race([reached, running]);
      },
      stop: async () => {
        task.stop();
        await running;
      },
    };
  }

  async #addHost(at: number, isProbe: boolean): Promise<void> {
    const name = hostName(at);
    const labels = hostLabels(at, isProbe);
    const host = { workspace: WORKSPACE, name, labels, createdRevision: 1, description: "" };
    await this.#filler.add("host", `${WORKSPACE}/${name}`, host);
  }

  async #addDeployment(name: string, target: string): Promise<void> {
    await this.#filler.add("deployment", `${WORKSPACE}/${name}`, deployment(name, target));
  }

  async #addTarget(at: number, selector: string): Promise<void> {
    const name = targetName(at);
    const nothing = { workspace: WORKSPACE, labels: {}, createdRevision: 1 };
    const target = { ...nothing, name, selector: selectorOf(selector) };
    await this.#filler.add("target", `${WORKSPACE}/${name}`, target);
  }
}

function template(): object {
  return {
    workspace: WORKSPACE,
    name: "files",
    labels: {},
    createdRevision: 1,
    files: [],
    delimiters: [],
    verbatim: [],
    defaults: "{}",
  };
}

function workload(): object {
  return {
    workspace: WORKSPACE,
    name: "app",
    labels: {},
    createdRevision: 1,
    repo: "https://example.com/app.git",
    image: "example.com/app:1",
    values: "{}",
  };
}

function deployment(name: string, target: string): object {
  return {
    workspace: WORKSPACE,
    name,
    labels: {},
    createdRevision: 1,
    workload: WORKLOAD,
    template: TEMPLATE,
    target: `${WORKSPACE}/${target}`,
    values: "{}",
    replicas: null,
  };
}
