import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../flows/eventually.ts";
import { git } from "../flows/git-tree.ts";
import { Sandbox } from "../flows/sandbox.ts";
import { ApiLoad } from "./api-load.ts";
import type { BenchSize } from "./bench-size.ts";
import { percentile, type Figures, type Yardstick } from "./figure.ts";
import {
  deploymentObject,
  hostObject,
  targetObject,
  templateObject,
  WORKLOAD,
} from "./fleet-objects.ts";
import { PlainRepository } from "./git-yardsticks.ts";
import { HostStream } from "./host-stream.ts";
import { PlainLog } from "./plain-log.ts";

const MS_PER_S = 1_000;
const BARS = { recordMs: 50, fileMs: 250, templateS: 5 } as const;
const WATCHED_HOSTS = 20;
const AGENT_HOST = "h0";
/** The first ones warm up both sides. */
const WARM_UP = 10;
const LOOK_MS = 1;

/** A fleet as large as the issue's: how fast one change gets to a host, and one template to all. */
export async function measureFleet(
  figures: Figures,
  size: BenchSize,
  nodeFlags: readonly string[],
): Promise<void> {
  await using box = new Sandbox();
  const { fleetHosts: hosts, targets, deployments, batch } = size;
  const sizes = { hosts, targets, deployments };
  const titan = await box.up({ nodeFlags });
  const load = new ApiLoad(titan.api, titan.token);
  const objects = [
    templateObject(1),
    WORKLOAD,
    ...Array.from({ length: hosts }, (_, at) => hostObject(at, targets)),
    ...Array.from({ length: targets }, (_, at) => targetObject(at)),
    ...Array.from({ length: deployments }, (_, at) => deploymentObject(at, targets)),
  ];
  await using plain = await PlainLog.open(box.folder);
  const plainS = await plain.writeS(objects.length, batch);
  const startedAt = performance.now();
  for (let from = 0; from < objects.length; from += batch) {
    await load.apply(objects.slice(from, from + batch));
  }
  await load.caughtUp();
  figures.add({
    name: "the fleet made, every view and Git caught up",
    value: (performance.now() - startedAt) / MS_PER_S,
    unit: "s",
    beside: { name: "as many records in the plain log", value: plainS, unit: "s" },
    sizes,
  });
  await measureRecords(
    figures,
    load,
    size,
    plain,
    (host) => new HostStream(titan.api, titan.token, host),
  );
  await load.caughtUp();
  await measureFiles(figures, load, size, box, plain);
  await load.caughtUp();
  await measureTemplate(
    figures,
    load,
    sizes,
    titan.git,
    new PlainRepository(box.path("plain.git")),
  );
  load.close();
  await titan.process.terminate();
}

/** Each edit moves a host from one target to the next. */
async function measureRecords(
  figures: Figures,
  load: ApiLoad,
  { edits, targets, fleetHosts, deployments }: BenchSize,
  plain: PlainLog,
  open: (host: string) => HostStream,
): Promise<void> {
  const watched = Math.min(WATCHED_HOSTS, fleetHosts - 1);
  const streams = Array.from({ length: watched }, (_, at) => open(`h${at + 1}`));
  await Promise.all(streams.map(({ begun }) => begun));
  const latencies: number[] = [];
  const acknowledged: number[] = [];
  for (let edit = 0; edit < edits + WARM_UP; edit += 1) {
    const at = (edit % watched) + 1;
    const stream = streams[at - 1];
    if (stream === undefined) throw new Error("no such stream");
    const submittedAt = performance.now();
    const group = at + Math.floor(edit / watched) + 1;
    const { revision } = await load.apply([
      hostObject(at, targets, { group: `g${group % targets}` }),
    ]);
    const answeredAt = performance.now();
    const arrivedAt = await eventually("the record", () => stream.recordAt(revision));
    if (edit < WARM_UP) continue;
    latencies.push(arrivedAt - submittedAt);
    acknowledged.push(answeredAt - submittedAt);
  }
  for (const stream of streams) stream.close();
  const sizes = { hosts: fleetHosts, targets, deployments, edits };
  const appends = await plain.appendMs(edits);
  for (const part of [0.5, 0.99]) {
    const beside = appendBeside(appends, part);
    figures.add({
      name: `label edit to its record on the host's stream, p${part * 100}`,
      value: percentile(latencies, part),
      unit: "ms",
      ...(part === 0.5 ? {} : { bar: BARS.recordMs }),
      beside,
      sizes,
    });
    figures.add({
      name: `  of these until acknowledged, p${part * 100}`,
      value: percentile(acknowledged, part),
      unit: "ms",
      beside,
    });
  }
}

function appendBeside(appends: readonly number[], part: number): Yardstick {
  const value = percentile(appends, part);
  return { name: `one synced append, p${part * 100}`, value, unit: "ms" };
}

async function measureFiles(
  figures: Figures,
  load: ApiLoad,
  { edits, targets, fleetHosts, deployments }: BenchSize,
  box: Sandbox,
  plain: PlainLog,
): Promise<void> {
  const agent = box.start(["agent", "--host", AGENT_HOST, "--dir", "host"]);
  const path = box.path("host", "default", "d0", "page.txt");
  const holds = (text: string): boolean => {
    try {
      return readFileSync(path, "utf8").includes(text);
    } catch {
      return false;
    }
  };
  await eventually("the agent's first file", () => holds("n: 0"));
  const latencies: number[] = [];
  for (let edit = 1; edit <= edits + WARM_UP; edit += 1) {
    const submittedAt = performance.now();
    const written = load.apply([deploymentObject(0, targets, edit)]);
    while (!holds(`n: ${edit}\n`)) await sleep(LOOK_MS);
    if (edit > WARM_UP) latencies.push(performance.now() - submittedAt);
    await written;
  }
  const sizes = { hosts: fleetHosts, targets, deployments, edits };
  const appends = await plain.appendMs(edits);
  for (const part of [0.5, 0.99]) {
    figures.add({
      name: `submit to file on the agent's disk, p${part * 100}`,
      value: percentile(latencies, part),
      unit: "ms",
      ...(part === 0.5 ? {} : { bar: BARS.fileMs }),
      beside: appendBeside(appends, part),
      sizes,
    });
  }
  await agent.terminate();
}

async function measureTemplate(
  figures: Figures,
  load: ApiLoad,
  sizes: Readonly<Record<string, number>>,
  repository: string,
  plain: PlainRepository,
): Promise<void> {
  const tip = await git(repository, "rev-parse", "main");
  const startedAt = performance.now();
  const { revision } = await load.apply([templateObject(2)]);
  await load.caughtUp(revision);
  const seconds = (performance.now() - startedAt) / MS_PER_S;
  const commits = Number(await git(repository, "rev-list", "--count", `${tip}..main`));
  const changed = await git(repository, "diff", "--name-only", tip, "main");
  const paths = changed.split("\n");
  if (commits !== 1) throw new Error(`the template edit made ${commits} commits`);
  const bytes = Buffer.from(await git(repository, "show", `main:${paths[0]}`));
  const plainS = await plain.importAll(paths.map((path) => ({ path, bytes })));
  figures.add({
    name: "template edit rendered and in Git in one commit",
    value: seconds,
    unit: "s",
    bar: BARS.templateS,
    beside: { name: "git fast-import of as many files", value: plainS, unit: "s" },
    sizes: { ...sizes, files: paths.length },
  });
}
