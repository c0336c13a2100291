import { createHash, randomUUID } from "node:crypto";
import { startApi, type ServerOptions } from "@titan/api";
import { ChangeFeed, installationCommit } from "@titan/change-feed";
import { openTitan, type Change, type TitanClient } from "@titan/client";
import { deploymentFanout } from "@titan/deployment-fanout";
import type { EventLog } from "@titan/event-log";
import {
  openInstallation,
  systemClock,
  taskCount,
  viewTask,
  type View,
} from "@titan/processor-runtime";
import { replicaAssignment } from "@titan/replica-assignment";
import { deploymentSlices, hostSlices } from "@titan/stream-forwarder";
import { targetDelta } from "@titan/target-delta";
import { templateRender } from "@titan/template-render";
import { ApiCaller } from "./api-caller.ts";
import { eventually } from "./eventually.ts";

type AnyView = View<unknown, unknown>;

const VIEWS = [
  targetDelta,
  replicaAssignment,
  deploymentFanout,
  templateRender,
  hostSlices,
  deploymentSlices,
] as readonly unknown[] as readonly AnyView[];
const SECRET = `titan_root_${"a".repeat(43)}`;

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

/** The feed, every view and the API on one log in this process, with a client that proposes. */
export class InProcessTitan implements AsyncDisposable {
  readonly url: string;
  readonly token = SECRET;
  readonly api: ApiCaller;
  readonly #client: TitanClient;
  readonly #close: () => Promise<void>;

  private constructor(url: string, client: TitanClient, close: () => Promise<void>) {
    this.url = url;
    this.api = new ApiCaller(url, SECRET);
    this.#client = client;
    this.#close = close;
  }

  static async start(log: EventLog): Promise<InProcessTitan> {
    const clock = systemClock;
    const first = installationCommit({
      installationId: randomUUID(),
      commitId: randomUUID(),
      hostPartitions: 2,
      deploymentPartitions: 2,
      views: VIEWS.map(({ name, version }) => ({ name, version })),
      now: clock.now(),
    });
    const counts = await openInstallation(log, clock, first);
    const feed = new ChangeFeed({ log, clock, counts, newId: randomUUID });
    const tasks = VIEWS.flatMap((view) =>
      Array.from({ length: taskCount(view, counts) }, (_, at) =>
        viewTask(view, at, { log, clock, counts }),
      ),
    );
    const runs = Promise.all([feed.run(), ...tasks.map((task) => task.run())]);
    // Told when it is closed.
    runs.catch(() => {});
    const api = await startApi({
      log,
      clock,
      installation: counts,
      readModelPath: ":memory:",
      logger: silent,
      host: "127.0.0.1",
      port: 0,
    });
    const client = await openTitan(log);
    const titan = new InProcessTitan(api.url, client, async () => {
      await client.close();
      await api.close();
      for (const task of [feed, ...tasks]) task.stop();
      await runs;
    });
    await titan.#makeToken();
    return titan;
  }

  /** A change that must be accepted; answers its revision. */
  async propose(...operations: Change["operations"]): Promise<number> {
    const { revision, problems } = await this.#client.propose({ actor: "test", operations });
    if (problems.length > 0) throw new Error(JSON.stringify(problems));
    return revision;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }

  async #makeToken(): Promise<void> {
    const secretHash = createHash("sha256").update(SECRET).digest("hex");
    const spec = { role: "admin", workspaces: ["*"], secretHash };
    const object = { kind: "Token", metadata: { name: "root" }, spec };
    await this.propose({ action: "CREATE", object });
    await eventually("the token", async () => (await this.api.get("/v1/whoami")).status === 200);
  }
}
