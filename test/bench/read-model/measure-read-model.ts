import { Sandbox } from "../../flows/sandbox.ts";
import { whenReady, type TitanProcess } from "../../flows/titan-process.ts";
import { ApiLoad, atOnce } from "../api-load.ts";
import { percentile, type Figures, type Unit } from "../figure.ts";
import { deploymentObject, templateObject, WORKLOAD } from "../fleet-objects.ts";
import { addMemory } from "../process-memory.ts";
import { ApiReads } from "./api-reads.ts";
import {
  hostDocument,
  hostName,
  pairSelector,
  selectorText,
  targetDocument,
  WIDE_SELECTOR,
} from "./label-fleet.ts";
import { PlainHosts } from "./plain-hosts.ts";

interface ReadModelSize {
  readonly hosts: number;
  readonly targets: number;
  /** Operations of one change. */
  readonly batch: number;
  /** How often each read is measured. */
  readonly reads: number;
}

const READ_MODEL_SIZES: Readonly<Record<"full" | "small", ReadModelSize>> = {
  full: { hosts: 1_000_000, targets: 1_000, batch: 1_000, reads: 300 },
  small: { hosts: 5_000, targets: 50, batch: 500, reads: 20 },
};

const BARS = {
  loadPerS: 20_000,
  getMs: 5,
  pageMs: 20,
  dryRunMs: 1_000,
  memoryMiB: 3 * 1_024,
} as const;
const MS_PER_S = 1_000;
/** Changes that are under way at once. */
const LANES = 4;
/** Each joins a thousandth of a full fleet: more at once would be one step of nearly all hosts. */
const TARGETS_A_CHANGE = 100;
const PAGE = 100;
const WARM_UP = 10;
const DRY_RUNS = 5;
/** Changes after the load, one host each: what a watch catches up with, and history to read behind. */
const EDITS = 10;
/** A stride that has no factor in common with any number of hosts that is used. */
const STRIDE = 7_919;

/** A fleet in one process, without topics of single hosts: how fast it is loaded, and read then. */
export async function measureReadModel(
  figures: Figures,
  size: "full" | "small",
  nodeFlags: readonly string[] = [],
): Promise<void> {
  await measureSize(figures, READ_MODEL_SIZES[size], nodeFlags);
}

async function measureSize(
  figures: Figures,
  size: ReadModelSize,
  nodeFlags: readonly string[],
): Promise<void> {
  await using box = new Sandbox();
  using plain = new PlainHosts(box.path("plain.sqlite"));
  const plainRate = plain.fill(size.hosts, size.batch);
  const started = box.start(["up", "-o", "json", "--data", box.path("data"), "--port", "0"], {
    environment: { TITAN_LAYOUT: "sharded" },
    nodeFlags,
  });
  const titan = await whenReady(started);
  const load = new ApiLoad(titan.api, titan.token);
  await loadHosts(figures, size, load, plainRate);
  addMemory(figures, "memory, the hosts loaded", titan.process.pid, BARS.memoryMiB, {
    hosts: size.hosts,
  });
  for (let at = 0; at < EDITS; at += 1) await load.apply([hostDocument(at, { edited: "yes" })]);
  await measureReads(figures, size, titan, plain);
  await load.apply([targetDocument(0), templateObject(1), WORKLOAD, deploymentObject(0, 1)]);
  await load.caughtUp();
  await measureDryRun(figures, size, titan, plain);
  await loadTargets(figures, size, load);
  const { hosts, targets } = size;
  addMemory(figures, "memory, hosts and targets loaded", titan.process.pid, BARS.memoryMiB, {
    hosts,
    targets,
  });
  load.close();
  await titan.process.terminate();
}

async function loadHosts(
  figures: Figures,
  { hosts, batch }: ReadModelSize,
  load: ApiLoad,
  plainRate: number,
): Promise<void> {
  const startedAt = performance.now();
  const batches = Math.ceil(hosts / batch);
  await atOnce(batches, LANES, (at) => {
    const count = Math.min(batch, hosts - at * batch);
    return load.apply(Array.from({ length: count }, (_, of) => hostDocument(at * batch + of)));
  });
  const writtenAt = performance.now();
  await load.caughtUp();
  const rate = (until: number): number => hosts / ((until - startedAt) / MS_PER_S);
  figures.add({
    name: "hosts loaded: API to every stream and the read model caught up",
    value: rate(performance.now()),
    unit: "per s",
    bar: BARS.loadPerS,
    barIs: "least",
    beside: { name: "rows into a plain SQLite table", value: plainRate, unit: "per s" },
    sizes: { hosts, "a change": batch },
  });
  figures.add({
    name: "  until the last was acknowledged",
    value: rate(writtenAt),
    unit: "per s",
    beside: { name: "rows into a plain SQLite table", value: plainRate, unit: "per s" },
  });
}

async function measureReads(
  figures: Figures,
  { hosts, reads }: ReadModelSize,
  titan: TitanProcess,
  plain: PlainHosts,
): Promise<void> {
  const api = new ApiReads(titan.api, titan.token);
  const at = (read: number): number => (read * STRIDE) % hosts;
  const path = (read: number): string => `/v1/workspaces/default/hosts/${hostName(at(read))}`;
  const list = "/v1/workspaces/default/hosts?limit=";
  const label = (read: number): string => encodeURIComponent(selectorText(pairSelector(at(read))));
  const { body } = await api.get(`${list}1`);
  const { revision } = body as { readonly revision: number };
  const plainGet = {
    name: "a plain get by primary key",
    ms: (read: number) => plain.get(at(read)),
  };
  const plainLoop = {
    name: "a plain loop over the hosts",
    ms: (read: number) => plain.loop(pairSelector(read)),
  };
  const measured = [
    ["get of a host", BARS.getMs, plainGet, async (read: number) => (await api.get(path(read))).ms],
    [
      `page of ${PAGE} of two labels`,
      BARS.pageMs,
      plainLoop,
      async (read: number) => (await api.get(`${list}${PAGE}&labelSelector=${label(read)}`)).ms,
    ],
    [
      `page of ${PAGE} of a list`,
      BARS.pageMs,
      plainGet,
      async (read: number) => {
        const cursor = Buffer.from(JSON.stringify([revision, `default/${hostName(at(read))}`]));
        return (await api.get(`${list}${PAGE}&cursor=${cursor.toString("base64url")}`)).ms;
      },
    ],
    [
      "watch from a revision to its first event",
      BARS.pageMs,
      plainGet,
      async (read: number) =>
        await api.firstEvent(`revision=${revision - (read % EDITS)}&labelSelector=${label(read)}`),
    ],
    [
      "get at a revision",
      BARS.pageMs,
      plainGet,
      async (read: number) => (await api.get(`${path(read)}?at=${revision - EDITS}`)).ms,
    ],
    [
      `page of ${PAGE} of two labels at a revision`,
      BARS.pageMs,
      plainLoop,
      async (read: number) =>
        (await api.get(`${list}${PAGE}&at=${revision - EDITS}&labelSelector=${label(read)}`)).ms,
    ],
  ] as const;
  for (const [name, bar, beside, read] of measured) {
    const ms: number[] = [];
    const plainMs: number[] = [];
    for (let count = 0; count < reads + WARM_UP; count += 1) {
      const taken = await read(count + 1);
      if (count < WARM_UP) continue;
      ms.push(taken);
      plainMs.push(beside.ms(count));
    }
    addPercentiles(figures, { name, bar, ms, sizes: { hosts, reads } }, beside.name, plainMs);
  }
  api.close();
}

function addPercentiles(
  figures: Figures,
  measured: {
    readonly name: string;
    readonly bar: number;
    readonly ms: readonly number[];
    readonly sizes: Readonly<Record<string, number>>;
  },
  besideName: string,
  besideMs: readonly number[],
): void {
  const { name, bar, ms, sizes } = measured;
  const unit: Unit = "ms";
  const beside = (part: number): { name: string; value: number; unit: Unit } => {
    return { name: besideName, value: percentile(besideMs, part), unit };
  };
  const p50 = percentile(ms, 0.5);
  const p99 = percentile(ms, 0.99);
  figures.add({ name: `${name}, p50`, value: p50, unit, beside: beside(0.5), sizes });
  figures.add({ name: `${name}, p99`, value: p99, unit, bar, beside: beside(0.99), sizes });
}

async function loadTargets(
  figures: Figures,
  { hosts, targets }: ReadModelSize,
  load: ApiLoad,
): Promise<void> {
  const startedAt = performance.now();
  for (let from = 0; from < targets; from += TARGETS_A_CHANGE) {
    const count = Math.min(TARGETS_A_CHANGE, targets - from);
    await load.apply(Array.from({ length: count }, (_, of) => targetDocument(from + of)));
    // The next would wait for all of these longer than for a verdict.
    await load.caughtUp();
  }
  figures.add({
    name: "targets made, every host in its targets",
    value: (performance.now() - startedAt) / MS_PER_S,
    unit: "s",
    sizes: { hosts, targets },
  });
}

/** The target of a deployment is made wide: a tenth of the hosts gain it, those it had lose it. */
async function measureDryRun(
  figures: Figures,
  { hosts }: ReadModelSize,
  titan: TitanProcess,
  plain: PlainHosts,
): Promise<void> {
  const api = new ApiReads(titan.api, titan.token);
  const wide = { kind: "Target", metadata: { name: "t0" }, spec: { selector: WIDE_SELECTOR } };
  const ms: number[] = [];
  const plainMs: number[] = [];
  let effects = 0;
  for (let run = 0; run < DRY_RUNS; run += 1) {
    const { body, ms: taken } = await api.dryRun("targets", "t0", wide);
    const answer = body as { readonly effects: readonly object[]; readonly effectCount?: number };
    effects = answer.effectCount ?? answer.effects.length;
    ms.push(taken);
    plainMs.push(plain.difference(pairSelector(0)));
  }
  figures.add({
    name: "dry run of a target edit: who gains, who loses",
    value: percentile(ms, 1),
    unit: "ms",
    bar: BARS.dryRunMs,
    beside: { name: "a plain loop over the hosts", value: percentile(plainMs, 1), unit: "ms" },
    sizes: { hosts, effects },
  });
  api.close();
}
