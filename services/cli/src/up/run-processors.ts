import { changeFeedWork, type FeedStatus } from "@titan/change-feed";
import { gitopsWriterWork, type GitLocation } from "@titan/gitops-writer";
import type { TaskStatus, View } from "@titan/processor-runtime";
import {
  viewWork,
  WorkShares,
  type LayoutConfig,
  type ServiceContext,
} from "@titan/processor-runtime/service";
import { forwarderWork } from "@titan/stream-forwarder";
import { VIEWS } from "./views.ts";

export interface ProcessorOptions {
  readonly context: Omit<ServiceContext, "report" | "onHold">;
  readonly git: GitLocation;
  readonly layout: LayoutConfig["layout"];
  readonly entityTopicsMax: number;
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

const views = VIEWS as unknown as readonly AnyView[];
const versions = new Map(views.map(({ name, version }) => [name, version]));

/** This process's share of the change feed and of every view: on the embedded log, all of it. */
export function runProcessors(options: ProcessorOptions): Processors {
  const { context: shared, git, layout, entityTopicsMax, onBug } = options;
  const { logger } = shared;
  const statuses = new Map<string, NamedStatus>();
  const context: ServiceContext = {
    ...shared,
    onHold: ({ code, message }, attempt) =>
      logger.warn({ code, attempt, error: message }, "the log does not take records: holding"),
    report: (name, status) => {
      const [view = ""] = name.split("/");
      const version = versions.get(view) ?? 1;
      statuses.set(name, { name, version, status: status as NamedStatus["status"] });
    },
  };
  const work = [
    changeFeedWork(context, { entityTopicsMax }),
    ...views.filter(({ emits }) => emits.kind === "topic").map((view) => viewWork(view, context)),
    ...forwarderWork(context, { layout }),
    gitopsWriterWork(context, git),
  ];
  const shares = new WorkShares(context.log, work, onBug);
  return { status: () => [...statuses.values()], close: () => shares.close() };
}
