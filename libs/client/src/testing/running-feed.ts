import { randomUUID } from "node:crypto";
import { ChangeFeed, installationCommit } from "@titan/change-feed";
import type { Commit } from "@titan/domain";
import type { EventLog } from "@titan/event-log";
import type { SimulatedLog } from "@titan/event-log/testing";
import {
  CHANGE_TOPIC,
  CommitChain,
  openInstallation,
  systemClock,
  viewTask,
  type Clock,
} from "@titan/processor-runtime";
import { decodeAs } from "@titan/schema-codec";
import { targetDelta } from "@titan/target-delta";
import type { ChangeOperation } from "../change.ts";

export interface RunningFeed {
  /** Ends it; a bug of feed or view rejects. */
  stop(): Promise<void>;
}

const VIEWS = [{ name: targetDelta.name, version: targetDelta.version }];

/** Makes the log that of an installation with two partitions for hosts. */
export async function install(log: EventLog, clock: Clock = systemClock): Promise<void> {
  const first = installationCommit({
    installationId: "one",
    commitId: "first",
    hostPartitions: 2,
    deploymentPartitions: 1,
    views: VIEWS,
    now: 0,
  });
  await openInstallation(log, clock, first);
}

/** The real feed and the view target-delta in this process. */
export async function startFeed(log: EventLog, clock: Clock = systemClock): Promise<RunningFeed> {
  await install(log, clock);
  const counts = { hostPartitions: 2, deploymentPartitions: 1 };
  const feed = new ChangeFeed({ log, clock, counts, newId: randomUUID });
  const tasks = [0, 1].map((at) => viewTask(targetDelta, at, { log, clock, counts }));
  const runs = Promise.all([feed.run(), ...tasks.map((task) => task.run())]);
  // Told by `stop`.
  runs.catch(() => {});
  return {
    stop: async () => {
      feed.stop();
      for (const task of tasks) task.stop();
      await runs;
    },
  };
}

/** Every commit that counts. */
export function countedCommits(log: SimulatedLog): readonly Commit[] {
  const chain = new CommitChain();
  return log.peek(CHANGE_TOPIC, 0).flatMap(({ value, offset }) => {
    const commit = decodeAs("commit", value);
    return chain.accept(commit, offset) ? [commit] : [];
  });
}

export function applied(
  kind: string,
  name: string,
  spec: object = {},
  labels: Readonly<Record<string, string>> = {},
): ChangeOperation {
  return { action: "APPLY", object: { kind, metadata: { name, labels }, spec } };
}

export function deleted(kind: string, name: string): ChangeOperation {
  return { action: "DELETE", object: { kind, metadata: { name } } };
}
