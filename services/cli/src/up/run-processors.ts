import { randomUUID } from "node:crypto";
import { ChangeFeed, type FeedStatus } from "@titan/change-feed";
import type { Installation } from "@titan/domain";
import type { EventLog } from "@titan/event-log";
import { gitopsWriterTask, gitTree } from "@titan/gitops-writer";
import {
  taskCount,
  viewTask,
  type Clock,
  type Environment,
  type TaskStatus,
  type View,
} from "@titan/processor-runtime";
import type { Logger } from "pino";
import { VIEWS } from "./views.ts";

export interface ProcessorOptions {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly installation: Installation;
  readonly logger: Logger;
  readonly git: {
    readonly location: string;
    readonly branch: string;
    readonly stateFolder: string;
  };
  /** Something that must not be is so; the process is to end. */
  readonly onBug: (error: unknown) => void;
}

/** What a task is doing, as health pages show it. */
export interface NamedStatus {
  readonly name: string;
  readonly version: number;
  readonly status: TaskStatus | FeedStatus;
}

export interface Processors {
  status(): readonly NamedStatus[];
  close(): Promise<void>;
}

type AnyView = View<unknown, unknown>;

/** Starts the change feed and every task of every view in this process. */
export function runProcessors(options: ProcessorOptions): Processors {
  const { log, clock, installation, logger, onBug } = options;
  const counts = installation;
  const statuses = new Map<string, NamedStatus>();
  const runs: Promise<void>[] = [];
  const stops: (() => void)[] = [];

  function watch(run: Promise<void>): void {
    runs.push(run.catch(onBug));
  }

  const onHold =
    (name: string) =>
    (error: Error, attempt: number): void => {
      logger.warn({ processor: name, attempt, error: error.message }, "holding");
    };

  const feed = new ChangeFeed({
    log,
    clock,
    counts,
    newId: randomUUID,
    onHold: onHold("change-feed"),
    onStatus: (status) => statuses.set("change-feed", { name: "change-feed", version: 1, status }),
  });
  stops.push(() => feed.stop());
  watch(feed.run());

  const environmentOf = (view: Pick<AnyView, "name" | "version">): Environment => ({
    log,
    clock,
    counts,
    onHold: onHold(view.name),
    onStatus: (name, status) => {
      statuses.set(name, { name, version: view.version, status });
      if (status.kind !== "waiting") return;
      logger.warn(
        { view: view.name, version: view.version, versionInForce: status.versionInForce },
        "this build does not have the version in force: it waits until its own is activated (titan activate VIEW VERSION)",
      );
    },
  });
  for (const view of VIEWS as unknown as readonly AnyView[]) {
    if (view.emits.kind === "elsewhere") continue;
    for (let at = 0; at < taskCount(view, counts); at += 1) {
      const task = viewTask(view, at, environmentOf(view));
      stops.push(() => task.stop());
      watch(task.run());
    }
  }

  const task = gitopsWriterTask({
    environment: environmentOf(gitTree),
    ambient: process.env,
    random: Math.random,
    installation: installation.id,
    ...options.git,
    onHold: (error, attempt) => {
      const { code, message } = error;
      logger.warn({ code, attempt, error: message }, "the Git repository can not be written");
    },
    onOutcome: (outcome) => {
      if (outcome.kind !== "published") return;
      const { commit, revision, drift } = outcome;
      logger.info({ commit, revision }, "committed to Git");
      if (drift.length > 0) logger.warn({ drift }, "took back what others changed in Git");
    },
  });
  stops.push(() => task.stop());
  watch(task.run());

  return {
    status: () => [...statuses.values()],
    close: async () => {
      for (const stop of stops) stop();
      await Promise.all(runs);
    },
  };
}
