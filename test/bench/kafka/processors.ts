import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { CHANGE_FEED, changeFeedWork, installationCommit } from "@titan/change-feed";
import { deploymentFanout } from "@titan/deployment-fanout";
import { openKafkaLog } from "@titan/event-log";
import { gitTree, gitopsWriterWork } from "@titan/gitops-writer";
import { openInstallation, systemClock } from "@titan/processor-runtime";
import {
  viewWork,
  WorkShares,
  type ServiceContext,
  type SharedWork,
} from "@titan/processor-runtime/service";
import { replicaAssignment } from "@titan/replica-assignment";
import { cloudEventHeaders } from "@titan/schema-codec";
import { deploymentSlices, forwarderWork, hostSlices } from "@titan/stream-forwarder";
import { targetDelta } from "@titan/target-delta";
import { templateRender } from "@titan/template-render";
import { pino } from "pino";
import {
  MEMORY_QUESTION,
  type Part,
  type ProcessorsConfig,
  type Usage,
} from "./processors-process.ts";

/**
 * A process that runs some of the processors, or all, and nothing else: what it uses is what they
 * use. Each line on standard input is answered with what it used until then; what lives in memory
 * is only told where the line asks for it, since it takes a collection.
 */
const VIEWS = [
  targetDelta,
  replicaAssignment,
  deploymentFanout,
  templateRender,
  hostSlices,
  deploymentSlices,
  gitTree,
] as const;
const MICROSECONDS_PER_MS = 1_000;
const BYTES_PER_MIB = 1_024 * 1_024;
const POSITION_OF_CONFIG = 2;
/** Linux counts processor time for programs in hundredths of a second. */
const MS_PER_TICK = 10;
/** Behind the name, in parentheses: user and system time of the children that ended. */
const CHILD_TICKS_AT = [13, 14] as const;

const config = JSON.parse(process.argv[POSITION_OF_CONFIG] ?? "") as ProcessorsConfig;
const { hostPartitions, deploymentPartitions, parts, sessionTimeoutMs, gitFolder } = config;
// Whoever measures is gone when this closes, perhaps before the installation is there.
const questions = createInterface({ input: process.stdin }).on("close", () => process.exit(1));
const requests = new Map<string, number>();
let records = 0;
const statuses = new Map<string, { readonly kind: string; readonly revision?: number }>();
/** By performance.now(). */
const readingAt = new Map<string, number>();
const runningAt = new Map<string, number>();
const logger = pino({ level: "warn" }, process.stderr);
const log = openKafkaLog({
  brokers: config.brokers.split(","),
  clientId: "bench-processors",
  headersOf: (topic, { key, value }) => {
    records += 1;
    return cloudEventHeaders(topic, key, value);
  },
  onRequest: (name) => void requests.set(name, (requests.get(name) ?? 0) + 1),
  logger,
  ...(sessionTimeoutMs === undefined ? {} : { sessionTimeoutMs }),
});
const installation = await openInstallation(
  log,
  systemClock,
  installationCommit({
    installationId: randomUUID(),
    commitId: randomUUID(),
    hostPartitions,
    deploymentPartitions,
    views: VIEWS.map(({ name, version }) => ({ name, version })),
    now: Date.now(),
  }),
);
const context: ServiceContext = {
  log,
  clock: systemClock,
  installation,
  logger,
  onHold: ({ message }) => logger.warn({ error: message }, "holding"),
  report: (part, status) => {
    statuses.set(part, status);
    const now = performance.now();
    if (status.kind === "reading") readingAt.set(part, now);
    if (status.kind === "running" && !runningAt.has(part)) runningAt.set(part, now);
  },
};

const WORK: Readonly<Record<Part, () => readonly SharedWork[]>> = {
  feed: () => [changeFeedWork(context)],
  "target-delta": () => [viewWork(targetDelta, context)],
  "replica-assignment": () => [viewWork(replicaAssignment, context)],
  "deployment-fanout": () => [viewWork(deploymentFanout, context)],
  "template-render": () => [viewWork(templateRender, context)],
  forwarder: () => forwarderWork(context, { layout: "per-entity" }),
  git: () => [
    gitopsWriterWork(context, {
      location: `${gitFolder}/repository`,
      branch: "main",
      stateFolder: `${gitFolder}/state`,
    }),
  ],
};
const shares = new WorkShares(
  log,
  parts.flatMap((part) => WORK[part]()),
  (error) => {
    logger.fatal({ err: error }, "this must not be");
    process.exit(1);
  },
);

/** Live bytes after a collection, those of typed arrays among them; wants `--expose-gc`. */
function liveMiB(): number {
  globalThis.gc?.();
  // What the first one found dead of typed arrays is counted as gone when the next one begins.
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / BYTES_PER_MIB;
}

function usage(question: string): Usage {
  const { user, system } = process.cpuUsage();
  return {
    cpuMs: (user + system) / MICROSECONDS_PER_MS + childrenMs(),
    requests: Object.fromEntries(requests),
    records,
    ...(question === MEMORY_QUESTION ? { liveMiB: liveMiB() } : {}),
    tasks: [...statuses]
      .filter(([part, { revision }]) => part !== CHANGE_FEED && revision !== undefined)
      .map(([name, { revision = 0 }]) => ({
        name,
        revision,
        startMs: (runningAt.get(name) ?? 0) - (readingAt.get(name) ?? 0),
      })),
  };
}

/** Of the commands that Git was run as; none where there is no /proc. */
function childrenMs(): number {
  let stat: string;
  try {
    stat = readFileSync("/proc/self/stat", "utf8");
  } catch {
    return 0;
  }
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return CHILD_TICKS_AT.reduce((sum, at) => sum + Number(fields[at]) * MS_PER_TICK, 0);
}

console.log(JSON.stringify(usage("")));
questions.on("line", (question) => console.log(JSON.stringify(usage(question))));
process.once("SIGTERM", () => {
  void (async () => {
    await shares.close();
    await log.close();
    process.exit(0);
  })();
});
