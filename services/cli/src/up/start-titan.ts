import { randomUUID } from "node:crypto";
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { ensureAdminToken, startApi } from "@titan/api";
import { installationCommit } from "@titan/change-feed";
import { LogError, openEmbeddedLog, type EventLog } from "@titan/event-log";
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
import { runProcessors } from "./run-processors.ts";
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
/** One box: a partition more would only be one more thing to read at the start. */
const EMBEDDED_PARTITIONS = { hostPartitions: 1, deploymentPartitions: 1 };
const KAFKA_PARTITIONS = { hostPartitions: 8, deploymentPartitions: 8 };

/**
 * Everything in this process: the feed, every view, Git and the API. Ready when it resolves. A
 * second start on the same folder is refused; on Kafka several processes divide the work.
 */
export async function startTitan(options: TitanOptions): Promise<RunningTitan> {
  const { dataFolder, port, git, version, layout, logger, kafka, onBug } = options;
  const entityTopicsMax = entityTopicsMaxOf(layout, kafka === undefined ? "embedded" : "kafka");
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  chmodSync(dataFolder, 0o700);
  const clock = systemClock;
  const log = kafka ?? openEmbeddedLog({ path: join(dataFolder, "log.sqlite"), logger });
  const lock = kafka === undefined ? undefined : lockStateFolder(dataFolder);
  const offered = VIEWS.map(({ name, version: view }) => ({ name, version: view }));
  try {
    if (kafka !== undefined && lock === undefined) {
      throw new LogError("in-use", "refused", `another process works with ${dataFolder}`);
    }
    const installation = await openInstallation(
      log,
      clock,
      installationCommit({
        installationId: randomUUID(),
        commitId: randomUUID(),
        ...(kafka === undefined ? EMBEDDED_PARTITIONS : KAFKA_PARTITIONS),
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
    const processors = runProcessors({
      context: {
        log,
        clock,
        installation,
        logger,
        snapshots: snapshotsIn(join(dataFolder, "snapshots"), installation, logger),
      },
      layout: layout.layout,
      entityTopicsMax,
      onBug,
      git: { location: git, branch: GIT_BRANCH, stateFolder: join(dataFolder, "git-state") },
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
      tasks: () => processors.status(),
    });
    await knowsToken(api.url, token, clock);
    return {
      url: api.url,
      token,
      installation: installation.id,
      git,
      close: async () => {
        await api.close();
        await processors.close();
        await log.close();
        lock?.release();
      },
    };
  } catch (error) {
    await log.close();
    lock?.release();
    throw error;
  }
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
