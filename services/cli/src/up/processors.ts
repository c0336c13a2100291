import { changeFeedWork } from "@titan/change-feed";
import { gitopsWriterWork, type GitLocation } from "@titan/gitops-writer";
import type { View } from "@titan/processor-runtime";
import {
  viewWork,
  WorkShares,
  type LayoutConfig,
  type PartStatus,
  type ServiceContext,
  type SharedWork,
} from "@titan/processor-runtime/service";
import { forwarderWork } from "@titan/stream-forwarder";
import { VIEWS } from "./views.ts";

export interface ProcessorOptions {
  readonly context: Omit<ServiceContext, "report" | "onHold">;
  readonly git: GitLocation;
  readonly layout: LayoutConfig["layout"];
  readonly entityTopicsMax: number;
  /** Told what a task is doing, whenever that changes. */
  readonly onStatus: (status: NamedStatus) => void;
  /** Something that must not be is so; the process is to end. */
  readonly onBug: (error: unknown) => void;
}

/** What a task is doing, as health pages show it. */
export interface NamedStatus {
  readonly name: string;
  readonly version: number;
  readonly status: PartStatus;
}

export interface Processors {
  close(): Promise<void>;
}

/** The feed decides and orders; what it has decided the views work out, and Git shows. */
export type Processing = "feed" | "views" | "git";

type AnyView = View<unknown, unknown>;

const views = VIEWS as unknown as readonly AnyView[];
const topicViews = views.filter(({ emits }) => emits.kind === "topic");
const versions = new Map(views.map(({ name, version }) => [name, version]));

/** This thread's share of this processing. */
export function runProcessors(
  kinds: readonly Processing[],
  { context: shared, onStatus, onBug, ...options }: ProcessorOptions,
): Processors {
  const { logger } = shared;
  const context: ServiceContext = {
    ...shared,
    onHold: ({ code, message }, attempt) =>
      logger.warn({ code, attempt, error: message }, "the log does not take records: holding"),
    report: (name, status) => {
      const [view = ""] = name.split("/");
      onStatus({ name, version: versions.get(view) ?? 1, status });
    },
  };
  const work = kinds.flatMap((kind) => workOf(kind, context, options));
  return new WorkShares(context.log, work, onBug);
}

function workOf(
  kind: Processing,
  context: ServiceContext,
  { layout, entityTopicsMax, git }: Pick<ProcessorOptions, "layout" | "entityTopicsMax" | "git">,
): readonly SharedWork[] {
  switch (kind) {
    case "feed":
      return [changeFeedWork(context, { entityTopicsMax })];
    case "views":
      return [
        ...topicViews.map((view) => viewWork(view, context)),
        ...forwarderWork(context, { layout }),
      ];
    case "git":
      return [gitopsWriterWork(context, git)];
  }
}
