import { ProcessorThreads, VIEWS } from "@titan/cli";
import type { EmbeddedLog } from "@titan/event-log";
import { taskCount, type PartitionCounts } from "@titan/processor-runtime";
import type { Sandbox } from "../../flows/sandbox.ts";
import type { AnyView } from "./view-fleet.ts";

/** As many partitions of the fleet, and threads, as `titan up` has. */
export const THREAD_COUNTS: PartitionCounts = { hostPartitions: 1, deploymentPartitions: 1 };
const TASKS = new Map(
  (VIEWS as unknown as readonly AnyView[]).map((view) => [
    view.name,
    taskCount(view, THREAD_COUNTS),
  ]),
);
const NO_MAXIMUM = 1_000_000_000;

/** Every view of `titan up` but Git, in its thread, over a log that this process holds. */
export class ViewThreads {
  readonly #threads: ProcessorThreads;
  readonly #revisions = new Map<string, number>();
  #waiting: { readonly isReached: () => boolean; readonly resolve: () => void }[] = [];

  constructor(log: EmbeddedLog, box: Sandbox) {
    this.#threads = new ProcessorThreads({
      log,
      threads: [["views"]],
      installation: { id: "bench", ...THREAD_COUNTS },
      layout: "sharded",
      entityTopicsMax: NO_MAXIMUM,
      git: { location: box.path("git"), branch: "main", stateFolder: box.path("git-state") },
      snapshotFolder: box.path("thread-snapshots"),
      logLevel: "warn",
      onStatus: ({ name, status }) => {
        this.#revisions.set(name, status.kind === "running" ? (status.revision ?? -1) : -1);
        const waiting = this.#waiting;
        this.#waiting = waiting.filter(({ isReached }) => !isReached());
        for (const one of waiting) if (!this.#waiting.includes(one)) one.resolve();
      },
      onBug: (error) => {
        throw error;
      },
    });
  }

  begin(): Promise<void> {
    return this.#threads.begin();
  }

  /** Resolves when all tasks of a view have their output at this revision, or little later: they tell it now and then. */
  async reached(view: string, revision: number): Promise<void> {
    const isReached = (): boolean => {
      const tasks = [...this.#revisions].filter(([name]) => name.split("/")[0] === view);
      return tasks.length === TASKS.get(view) && tasks.every(([, at]) => at >= revision);
    };
    if (isReached()) return;
    await new Promise<void>((resolve) => this.#waiting.push({ isReached, resolve }));
  }

  close(): Promise<void> {
    return this.#threads.close();
  }
}
