import { parentPort, workerData } from "node:worker_threads";
import { openThreadLog } from "@titan/event-log";
import { systemClock } from "@titan/processor-runtime";
import { snapshotsIn } from "@titan/processor-runtime/service";
import { pino } from "pino";
import { runProcessors, type NamedStatus, type Processors } from "./processors.ts";
import type { FromThread, ThreadData, ToThread } from "./thread-data.ts";

/** What tasks do changes with every commit; people look now and then. */
const STATUS_EVERY_MS = 50;

const data = workerData as ThreadData;
const log = openThreadLog(data.log);
const changed = new Map<string, NamedStatus>();
let processors: Processors | undefined;

parentPort?.on("message", (message: ToThread) => {
  if (message === "begin") begin();
  else void end();
});
tell({ kind: "loaded" });

function begin(): void {
  const { processing, installation, layout, entityTopicsMax, git, snapshotFolder, logLevel } = data;
  const logger = pino({ level: logLevel }, pino.destination(2));
  processors = runProcessors(processing, {
    context: {
      log,
      clock: systemClock,
      installation,
      logger,
      snapshots: snapshotsIn(snapshotFolder, installation, logger),
    },
    layout,
    entityTopicsMax,
    git,
    onStatus,
    // Uncaught, it ends this thread and is told to the one that started it.
    onBug: (error) => setImmediate(() => throwIt(error)),
  });
}

async function end(): Promise<void> {
  await processors?.close();
  await log.close();
  parentPort?.close();
}

function onStatus(status: NamedStatus): void {
  if (changed.size === 0) setTimeout(tellChanged, STATUS_EVERY_MS);
  changed.set(status.name, status);
}

function tellChanged(): void {
  tell({ kind: "status", changed: [...changed.values()] });
  changed.clear();
}

function tell(message: FromThread): void {
  parentPort?.postMessage(message);
}

function throwIt(error: unknown): never {
  throw error;
}
