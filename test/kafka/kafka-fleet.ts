import { createHash, randomUUID } from "node:crypto";
import { startApi, type ServerOptions } from "@titan/api";
import { ChangeFeed, installationCommit } from "@titan/change-feed";
import { openTitan, type Change, type TitanClient } from "@titan/client";
import { deploymentFanout } from "@titan/deployment-fanout";
import type { Installation } from "@titan/domain";
import { openKafkaLog, type EventLog } from "@titan/event-log";
import {
  openInstallation,
  systemClock,
  taskCount,
  viewTask,
  type View,
} from "@titan/processor-runtime";
import { replicaAssignment } from "@titan/replica-assignment";
import { cloudEventHeaders } from "@titan/schema-codec";
import { deploymentSlices, hostSlices } from "@titan/stream-forwarder";
import { targetDelta } from "@titan/target-delta";
import { templateRender } from "@titan/template-render";
import { ApiCaller } from "../flows/api-caller.ts";
import { eventually } from "../flows/eventually.ts";

type AnyView = View<unknown, unknown>;

const BEFORE = [
  targetDelta,
  replicaAssignment,
  deploymentFanout,
  templateRender,
] as readonly unknown[] as readonly AnyView[];
const FORWARDER = [hostSlices, deploymentSlices] as readonly unknown[] as readonly AnyView[];
const PARTITIONS = 2;
const SECRET = `titan_root_${"a".repeat(43)}`;
const HANG_MS = 300_000;

interface Running {
  readonly stop: () => void;
  readonly ended: Promise<void>;
}

const nothing = (): void => {};
const silent: ServerOptions["logger"] = {
  level: "silent",
  silent: nothing,
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  fatal: nothing,
  child: () => silent,
};

/** The feed and the views in this process on a real broker; the forwarder comes and goes. */
export class KafkaFleet implements AsyncDisposable {
  readonly log: EventLog;
  readonly counts: Installation;
  readonly failures: unknown[] = [];
  /** How often the log asked the broker for what, by the protocol's names. */
  readonly requests: ReadonlyMap<string, number>;
  readonly #client: TitanClient;
  readonly #revisions = new Map<string, number>();
  #running: Running[] = [];
  #forwarder: Running[] = [];
  #closeApi = (): Promise<void> => Promise.resolve();

  private constructor(
    log: EventLog,
    counts: Installation,
    client: TitanClient,
    requests: ReadonlyMap<string, number>,
  ) {
    this.log = log;
    this.counts = counts;
    this.#client = client;
    this.requests = requests;
  }

  static async start(brokers: string): Promise<KafkaFleet> {
    const clock = systemClock;
    const requests = new Map<string, number>();
    const log = openKafkaLog({
      brokers: brokers.split(","),
      clientId: "fleet",
      headersOf: (topic, { key, value }) => cloudEventHeaders(topic, key, value),
      onRequest: (name) => void requests.set(name, (requests.get(name) ?? 0) + 1),
    });
    const first = installationCommit({
      installationId: randomUUID(),
      commitId: randomUUID(),
      hostPartitions: PARTITIONS,
      deploymentPartitions: PARTITIONS,
      views: [...BEFORE, ...FORWARDER].map(({ name, version }) => ({ name, version })),
      now: clock.now(),
    });
    const counts = await openInstallation(log, clock, first);
    const fleet = new KafkaFleet(log, counts, await openTitan(log), requests);
    const feed = new ChangeFeed({ log, clock, counts, newId: randomUUID });
    fleet.#running = [fleet.#run(feed), ...fleet.#runAll(BEFORE)];
    return fleet;
  }

  startForwarder(): void {
    this.#forwarder = this.#runAll(FORWARDER);
  }

  async stopForwarder(): Promise<void> {
    await stopAll(this.#forwarder.splice(0));
    for (const { name } of FORWARDER) {
      for (const part of this.#revisions.keys()) {
        if (part.startsWith(name)) this.#revisions.delete(part);
      }
    }
  }

  /** A change that must be accepted; answers its revision. */
  async propose(operations: Change["operations"]): Promise<number> {
    const { revision, problems } = await this.#client.propose({ actor: "test", operations });
    if (problems.length > 0) throw new Error(JSON.stringify(problems));
    return revision;
  }

  /** Until every forwarder that runs is at the revision. */
  async forwarded(revision: number): Promise<void> {
    const parts = FORWARDER.flatMap(({ name }) =>
      Array.from({ length: PARTITIONS }, (_, at) => `${name}/${at}`),
    );
    await eventually(
      `the slices of ${revision}`,
      () => {
        if (this.failures.length > 0) return true;
        return parts.every((part) => (this.#revisions.get(part) ?? 0) >= revision);
      },
      HANG_MS,
    );
    if (this.failures.length > 0) throw this.failures[0];
  }

  /** The names of topics of hosts and deployments. */
  async entityTopics(): Promise<readonly string[]> {
    const names = (await this.log.topics()).map(({ name }) => name);
    return names.filter((name) => /^titan\.(host|deployment)\./.test(name));
  }

  /** An API in this process, whoever asks it is its administrator. */
  async startApi(): Promise<ApiCaller> {
    const { log, counts } = this;
    const api = await startApi({
      log,
      clock: systemClock,
      installation: counts,
      readModelPath: ":memory:",
      logger: silent,
      host: "127.0.0.1",
      port: 0,
    });
    this.#closeApi = () => api.close();
    const secretHash = createHash("sha256").update(SECRET).digest("hex");
    const spec = { role: "admin", workspaces: ["*"], secretHash };
    await this.propose([
      { action: "CREATE", object: { kind: "Token", metadata: { name: "root" }, spec } },
    ]);
    const caller = new ApiCaller(api.url, SECRET);
    await eventually("the API", async () => (await caller.get("/v1/whoami")).status === 200);
    return caller;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.close();
    await this.#closeApi();
    const stopped = stopAll([...this.#running, ...this.#forwarder]);
    // Whoever waits for an answer that does not come ends with the log.
    await this.log.close();
    await stopped;
  }

  #runAll(views: readonly AnyView[]): Running[] {
    const { log, counts } = this;
    const onStatus = (part: string, status: { readonly kind: string }): void => {
      if (status.kind === "running" && "revision" in status) {
        this.#revisions.set(part, Number(status.revision));
      }
    };
    return views.flatMap((view) =>
      Array.from({ length: taskCount(view, counts) }, (_, at) =>
        this.#run(viewTask(view, at, { log, clock: systemClock, counts, onStatus })),
      ),
    );
  }

  #run(task: { run(): Promise<void>; stop(): void }): Running {
    const ended = task.run().catch((error: unknown) => void this.failures.push(error));
    return { stop: () => task.stop(), ended };
  }
}

async function stopAll(running: readonly Running[]): Promise<void> {
  for (const part of running) part.stop();
  await Promise.all(running.map(({ ended }) => ended));
}
