import { randomUUID } from "node:crypto";
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { ensureAdminToken, startApi } from "@titan/api";
import { installationCommit } from "@titan/change-feed";
import type { Installation } from "@titan/domain";
import { LogError, openEmbeddedLog, type EmbeddedLog, type EventLog } from "@titan/event-log";
import { lockStateFolder } from "@titan/host-agent";
import { openInstallation, systemClock, type Clock } from "@titan/processor-runtime";
import {
  entityTopicsMaxOf,
  snapshotsIn,
  type LayoutConfig,
} from "@titan/processor-runtime/service";
import type { Logger } from "pino";
import { activateNewer, howToGoBack } from "./activate-newer.ts";
import { adminToken } from "./admin-token.ts";
import { ProcessorThreads } from "./processor-threads.ts";
import {
  runProcessors,
  type NamedStatus,
  type Processing,
  type ProcessorOptions,
} from "./processors.ts";
import { VIEWS } from "./views.ts";

export interface TitanOptions {
  /** Absolute. Made, readable by its owner alone, if it is missing. */
  readonly dataFolder: string;
  readonly port: number;
  readonly git: string;
  readonly version: string;
  readonly layout: LayoutConfig;
  readonly logger: Logger;
  /** A log that others may use too; without it one is kept in the data folder. It is closed at the end. */
  readonly kafka?: EventLog;
  /** Something that must not be is so: the process is to end with an error. */
  readonly onBug: (error: unknown) => void;
}

export interface RunningTitan {
  readonly url: string;
  readonly token: string;
  readonly installation: string;
  readonly git: string;
  close(): Promise<void>;
}

const READY_PAUSE_MS = 20;
const READY_TRIES_MAX = 30_000;
const LOOPBACK = "127.0.0.1";
const GIT_BRANCH = "main";
/**
 * Beside the thread of the log, the feed and the API. More threads, which divide the partitions, cost
 * memory, and on two cores nothing was faster with them but a change of 100,000 hosts.
 */
const THREADS: readonly (readonly Processing[])[] = [["views", "git"]];
/** One box: a partition more would only be one more thing to read at the start. */
const EMBEDDED_PARTITIONS = { hostPartitions: 1, deploymentPartitions: 1 };
const KAFKA_PARTITIONS = { hostPartitions: 8, deploymentPartitions: 8 };

/**
 * Everything in this process: the feed, every view, Git and the API. Ready when it resolves. A
 * second start on the same folder is refused; on Kafka several processes divide the work.
 */
export async function startTitan(options: TitanOptions): Promise<RunningTitan> {
  const { dataFolder, port, git, version, layout, logger, kafka } = options;
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  chmodSync(dataFolder, 0o700);
  await using started = new AsyncDisposableStack();
  const clock = systemClock;
  const place = openPlace(dataFolder, kafka, logger, started);
  const { log } = place;
  const offered = VIEWS.map(({ name, version: view }) => ({ name, version: view }));
  const installation = await openInstallation(
    log,
    clock,
    installationCommit({
      installationId: randomUUID(),
      commitId: randomUUID(),
      ...(place.kind === "embedded" ? EMBEDDED_PARTITIONS : KAFKA_PARTITIONS),
      views: offered,
      now: clock.now(),
    }),
  );
  const older = await activateNewer(log, clock, offered);
  for (const code of older) {
    const { view, offered: own, inForce } = code;
    logger.warn({ view, version: own, versionInForce: inForce }, howToGoBack(code));
  }
  const token = adminToken(join(dataFolder, "token"));
  await ensureAdminToken(log, clock, token, "titan up");
  const entityTopicsMax = entityTopicsMaxOf(layout, place.kind);
  const statuses = new Map<string, NamedStatus>();
  const threads = startProcessors(options, place, {
    installation,
    entityTopicsMax,
    started,
    onStatus: (status) => statuses.set(status.name, status),
  });
  const api = await startApi({
    log,
    clock,
    installation,
    readModelPath: join(dataFolder, "read-model.sqlite"),
    host: LOOPBACK,
    port,
    logger,
    version,
    gitUrl: git,
    entityTopicsMax,
    layout: layout.layout,
    offeredViews: new Map(offered.map(({ name, version: view }) => [name, view])),
    tasks: () => [...statuses.values()],
  });
  started.defer(() => api.close());
  await threads?.begin();
  await knowsToken(api.url, token, clock);
  const all = started.move();
  return {
    url: api.url,
    token,
    installation: installation.id,
    git,
    close: () => all.disposeAsync(),
  };
}

type Place =
  | { readonly kind: "embedded"; readonly log: EmbeddedLog }
  | { readonly kind: "kafka"; readonly log: EventLog };

/** The log; on Kafka the folder is locked by us, else by the log in it. */
function openPlace(
  dataFolder: string,
  kafka: EventLog | undefined,
  logger: Logger,
  started: AsyncDisposableStack,
): Place {
  if (kafka === undefined) {
    const log = openEmbeddedLog({ path: join(dataFolder, "log.sqlite"), logger });
    started.defer(() => log.close());
    return { kind: "embedded", log };
  }
  started.defer(() => kafka.close());
  const lock = lockStateFolder(dataFolder);
  if (lock === undefined) {
    throw new LogError("in-use", "refused", `another process works with ${dataFolder}`);
  }
  started.defer(() => lock.release());
  return { kind: "kafka", log: kafka };
}

interface StartedBefore extends Pick<ProcessorOptions, "entityTopicsMax" | "onStatus"> {
  readonly installation: Installation;
  readonly started: AsyncDisposableStack;
}

/** The feed in this thread; the views too on Kafka, else in threads that are still to begin. */
function startProcessors(
  { dataFolder, git: location, layout: { layout }, logger, onBug }: TitanOptions,
  place: Place,
  { installation, entityTopicsMax, started, onStatus }: StartedBefore,
): ProcessorThreads | undefined {
  const git = { location, branch: GIT_BRANCH, stateFolder: join(dataFolder, "git-state") };
  const snapshotFolder = join(dataFolder, "snapshots");
  const common = { layout, entityTopicsMax, git, onStatus, onBug };
  const snapshots = snapshotsIn(snapshotFolder, installation, logger);
  const context = { log: place.log, clock: systemClock, installation, logger, snapshots };
  const isAlone = place.kind === "kafka";
  const processors = runProcessors(isAlone ? ["feed", "views", "git"] : ["feed"], {
    context,
    ...common,
  });
  started.defer(() => processors.close());
  if (place.kind === "kafka") return undefined;
  const threads = new ProcessorThreads({
    log: place.log,
    threads: THREADS,
    installation,
    snapshotFolder,
    logLevel: logger.level,
    ...common,
  });
  started.defer(() => threads.close());
  return threads;
}

/** Ready is who can be talked to: the feed has decided the token, and the API has read that. */
async function knowsToken(url: string, token: string, clock: Clock): Promise<void> {
  for (let tries = 0; tries < READY_TRIES_MAX; tries += 1) {
    const response = await fetch(`${url}/v1/whoami`, {
      headers: { authorization: `Bearer ${token}` },
    });
    await response.body?.cancel();
    if (response.ok) return;
    await clock.sleep(READY_PAUSE_MS);
  }
  throw new Error("the feed does not decide: look at the log");
}
