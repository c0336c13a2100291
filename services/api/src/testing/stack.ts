import { randomUUID } from "node:crypto";
import { ChangeFeed, installationCommit } from "@titan/change-feed";
import { deploymentFanout } from "@titan/deployment-fanout";
import type { Action, Commit } from "@titan/domain";
import type { EventLog } from "@titan/event-log";
import { createSimulatedLog } from "@titan/event-log/testing";
import {
  openInstallation,
  systemClock,
  taskCount,
  viewTask,
  type Clock,
  type View,
} from "@titan/processor-runtime";
import { replicaAssignment } from "@titan/replica-assignment";
import { encode } from "@titan/schema-codec";
import { deploymentSlices, hostSlices } from "@titan/stream-forwarder";
import { targetDelta } from "@titan/target-delta";
import { templateRender } from "@titan/template-render";
import type { ApiOptions } from "../api-options.ts";
import { createApi, type Api } from "../create-api.ts";
import { mintSecret } from "../token-secret.ts";
import { silentLogger } from "./silent-logger.ts";

type AnyView = View<unknown, unknown>;

const VIEWS = [
  targetDelta,
  replicaAssignment,
  deploymentFanout,
  templateRender,
  hostSlices,
  deploymentSlices,
] as readonly unknown[] as readonly AnyView[];

export interface StackOptions {
  readonly log?: EventLog;
  readonly clock?: Clock;
  readonly hostPartitions?: number;
  readonly deploymentPartitions?: number;
  /** Without them nothing is derived. */
  readonly views?: boolean;
  /** Names of views that do not run. */
  readonly stopped?: readonly string[];
  readonly api?: Partial<ApiOptions>;
}

/** A real feed, the real views and the API on one log in this process. */
export interface Stack {
  readonly log: EventLog;
  readonly api: Api;
  /** The secret of a token that may do everything. */
  readonly admin: string;
  /** Another replica on the same log. */
  replica(options?: Partial<ApiOptions>): Promise<Api>;
  close(): Promise<void>;
}

export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { log = createSimulatedLog(), clock = systemClock, views = true } = options;
  const { hostPartitions = 2, deploymentPartitions = 2 } = options;
  const first: Commit = installationCommit({
    installationId: randomUUID(),
    commitId: randomUUID(),
    hostPartitions,
    deploymentPartitions,
    views: VIEWS.map(({ name, version }) => ({ name, version })),
    now: clock.now(),
  });
  const installation = await openInstallation(log, clock, first);
  const counts = installation;
  const feed = new ChangeFeed({ log, clock, counts, newId: randomUUID });
  const failures: unknown[] = [];
  const failed = (error: unknown): void => {
    failures.push(error);
  };
  const runs = [feed.run().catch(failed)];
  const stops = [(): void => feed.stop()];
  const running = VIEWS.filter(({ name }) => views && !options.stopped?.includes(name));
  for (const view of running) {
    for (let at = 0; at < taskCount(view, counts); at += 1) {
      const task = viewTask(view, at, { log, clock, counts });
      runs.push(task.run().catch(failed));
      stops.push(() => task.stop());
    }
  }
  const replicas: Api[] = [];
  const replica = async (more: Partial<ApiOptions> = {}): Promise<Api> => {
    const api = await createApi({
      log,
      clock,
      installation,
      readModelPath: ":memory:",
      logger: silentLogger,
      ...options.api,
      ...more,
    });
    replicas.push(api);
    return api;
  };
  const admin = mintSecret("root");
  await propose(log, clock, {
    action: "CREATE",
    document: {
      kind: "Token",
      metadata: { name: "root" },
      spec: { role: "admin", workspaces: ["*"], secretHash: admin.secretHash },
    },
  });
  const api = await replica();
  await api.context.model.nouns.waiters.wait(api.context.model.nouns.revision, 2, 30_000);
  return {
    log,
    api,
    admin: admin.secret,
    replica,
    close: async () => {
      for (const each of replicas) await each.close();
      for (const stop of stops) stop();
      await Promise.all(runs);
      if (failures.length > 0) throw failures[0];
    },
  };
}

async function propose(
  log: EventLog,
  clock: Clock,
  {
    action,
    document,
  }: {
    readonly action: Action;
    readonly document: { readonly kind: string; readonly metadata: object; readonly spec: object };
  },
): Promise<void> {
  const value = encode("proposal", {
    id: randomUUID(),
    seen: 1,
    workspace: "default",
    actor: "test",
    reason: "",
    proposedAt: clock.now(),
    traceparent: "",
    operations: [
      { action, kind: document.kind, document: JSON.stringify(document), expected: null },
    ],
  });
  const records = [{ key: "default", value }];
  await log.append([{ topic: "titan.proposal", partition: 0, records }]);
}
