import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createApi, type Api } from "@titan/api";
import { ChangeFeed, installationCommit } from "@titan/change-feed";
import { openTitan, type ChangeOperation, type TitanClient } from "@titan/client";
import { deploymentFanout } from "@titan/deployment-fanout";
import { openEmbeddedLog } from "@titan/event-log";
import {
  openInstallation,
  systemClock,
  taskCount,
  viewTask,
  type View,
} from "@titan/processor-runtime";
import { replicaAssignment } from "@titan/replica-assignment";
import { targetDelta } from "@titan/target-delta";
import { templateRender } from "@titan/template-render";
import { pino } from "pino";
import { eventually } from "../../flows/eventually.ts";
import { flowUntil, probeHosts, type Latency } from "./change-load.ts";
import { fleetHost, fleetObjects } from "./gateway-fleet.ts";
import { WATCHED } from "./gateway-size.ts";
import { MarksSeen } from "./marks-seen.ts";
import type { StreamsConfig, StreamsMeasured } from "./streams-process.ts";

/**
 * The feed, the views that the gateway needs, the API without a socket, and a stream for every
 * host: the gateway sends to objects instead of answers. All of it in this one process.
 */
type AnyView = View<unknown, unknown>;
type Gateway = Api["context"]["gateway"];
type EventSink = Parameters<Gateway["watch"]>[1];

const VIEWS = [
  targetDelta,
  replicaAssignment,
  deploymentFanout,
  templateRender,
] as readonly unknown[] as readonly AnyView[];
const POSITION_OF_CONFIG = 2;
const MS_PER_S = 1_000;
const KIB = 1_024;
/** Streams that are begun before others have their turn. */
const BEGUN_AT_ONCE = 100;
const FILL_MAX_MS = 600_000;
const MARK_ID = /^id: [^:\n]+:(\d+)$/m;

const config = JSON.parse(process.argv[POSITION_OF_CONFIG] ?? "") as StreamsConfig;
const { streams, groups, batch, probes, flowPerSecond, flowBatch } = config.size;

/** Takes what an answer would be sent. */
class StreamSink implements EventSink {
  readonly caller: EventSink["caller"];
  readonly closed = false;
  readonly #onMark: ((revision: number) => void) | undefined;
  texts = 0;

  constructor(caller: EventSink["caller"], onMark?: (revision: number) => void) {
    this.caller = caller;
    this.#onMark = onMark;
  }

  send(text: string): void {
    this.texts += 1;
    this.#onMark?.(Number(MARK_ID.exec(text)?.[1]));
  }

  keepAlive(): void {}

  end(code: string): void {
    throw new Error(`a stream ended: ${code}`);
  }
}

const marks = new MarksSeen();

process.on("disconnect", () => process.exit(0));
const { api, client } = await startTitan();
await fill();
const plainPerSecond = plain();
const before = heapBytes();
const begunAt = performance.now();
const sinks = await beginAll(api);
const begunPerSecond = streams / ((performance.now() - begunAt) / MS_PER_S);
const heapKiB = (heapBytes() - before) / streams / KIB;
const changes = await measureChanges();
if (sinks.some(({ texts }) => texts === 0)) throw new Error("a stream got nothing");
const measured: StreamsMeasured = { begunPerSecond, plainPerSecond, heapKiB, ...changes };
process.send?.(measured);

async function startTitan(): Promise<{ readonly api: Api; readonly client: TitanClient }> {
  const clock = systemClock;
  mkdirSync(config.folder, { recursive: true });
  const log = openEmbeddedLog({ path: join(config.folder, "log.sqlite") });
  const first = installationCommit({
    installationId: randomUUID(),
    commitId: randomUUID(),
    hostPartitions: 1,
    deploymentPartitions: 1,
    views: VIEWS.map(({ name, version }) => ({ name, version })),
    now: clock.now(),
  });
  const installation = await openInstallation(log, clock, first);
  const feed = new ChangeFeed({ log, clock, counts: installation, newId: randomUUID });
  void feed.run();
  for (const view of VIEWS) {
    for (let at = 0; at < taskCount(view, installation); at += 1) {
      void viewTask(view, at, { log, clock, counts: installation }).run();
    }
  }
  const readModelPath = join(config.folder, "read-model.sqlite");
  const logger = pino({ level: "warn" }, process.stderr);
  return {
    api: await createApi({ log, clock, installation, readModelPath, logger }),
    client: await openTitan(log),
  };
}

async function fill(): Promise<void> {
  const objects = fleetObjects(streams, groups);
  let last = 0;
  for (let from = 0; from < objects.length; from += batch) {
    last = await propose(objects.slice(from, from + batch));
  }
  const { derived, nouns } = api.context.model;
  await eventually(
    "the fleet in the read model",
    () => (derived.cut ?? 0) >= last && nouns.revision >= last,
    FILL_MAX_MS,
  );
}

async function propose(objects: readonly object[]): Promise<number> {
  const operations = (objects as readonly ChangeOperation["object"][]).map((object) => ({
    action: "APPLY" as const,
    object,
  }));
  const { revision, problems } = await client.propose({ actor: "bench", operations });
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return revision;
}

/** One stream for each host, as its agent has one. */
async function beginAll({ context }: Api): Promise<readonly StreamSink[]> {
  const { gateway, connections, model } = context;
  const all: StreamSink[] = [];
  for (let at = 0; at < streams; at += 1) {
    const host = `default/h${at}`;
    const hostCreatedRevision = model.nouns.world.get("Host", host)?.value.createdRevision ?? 0;
    const caller = { kind: "host", actor: `a${at}`, host, hostCreatedRevision } as const;
    const onMark = (revision: number): void => marks.take(at, revision, performance.now());
    const sink = new StreamSink(caller, at < WATCHED ? onMark : undefined);
    connections.add(sink);
    gateway.watch({ kind: "host", key: host }, sink);
    all.push(sink);
    if (at % BEGUN_AT_ONCE === 0) await sleep(0);
  }
  return all;
}

async function measureChanges(): Promise<Latency & { readonly flowPerSecond: number }> {
  let isStopped = false;
  const flow = {
    from: WATCHED,
    count: streams - WATCHED,
    perSecond: flowPerSecond,
    batch: flowBatch,
  };
  const submit = (hosts: readonly number[], n: string): Promise<number> =>
    propose(hosts.map((host) => fleetHost(host, groups, n)));
  const flowing = flowUntil(flow, submit, () => isStopped);
  const probe = (host: number, n: string): Promise<number> => submit([host], n);
  const latency = await probeHosts(probes, probe, marks, () => performance.now());
  isStopped = true;
  return { ...latency, flowPerSecond: await flowing };
}

/** The yardstick of beginning streams: as many objects with a text each, kept in a map. */
function plain(): number {
  const kept = new Map<string, { readonly text: string }>();
  const startedAt = performance.now();
  for (let at = 0; at < streams; at += 1) {
    const data = JSON.stringify({ key: `default/h${at}`, revision: at, current: { at } });
    kept.set(`titan.host.default.h${at}`, { text: `event: record\ndata: ${data}\n\n` });
  }
  return kept.size / ((performance.now() - startedAt) / MS_PER_S);
}

/** Twice, because what was freed by the first may hold more. */
function heapBytes(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
