import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../flows/eventually.ts";
import { git } from "../flows/git-tree.ts";
import { Sandbox } from "../flows/sandbox.ts";
import { ApiLoad } from "./api-load.ts";
import type { BenchSize } from "./bench-size.ts";
import { percentile, type Figures } from "./figure.ts";
import {
  deploymentObject,
  hostObject,
  targetObject,
  templateObject,
  WORKLOAD,
} from "./fleet-objects.ts";
import { HostStream } from "./host-stream.ts";

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
  const startedAt = performance.now();
  for (let from = 0; from < objects.length; from += batch) {
    await load.apply(objects.slice(from, from + batch));
  }
  await load.caughtUp();
  figures.add({
    name: "the fleet made, every view and Git caught up",
    value: (performance.now() - startedAt) / MS_PER_S,
    unit: "s",
    sizes,
  });
  await measureRecords(figures, load, size, (host) => new HostStream(titan.api, titan.token, host));
  await load.caughtUp();
  await measureFiles(figures, load, size, box);
  await load.caughtUp();
  await measureTemplate(figures, load, sizes, titan.git);
  load.close();
  await titan.process.terminate();
}

/** Each edit moves a host from one target to the next. */
async function measureRecords(
  figures: Figures,
  load: ApiLoad,
  { edits, targets, fleetHosts, deployments }: BenchSize,
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
  const name = "label edit to its record on the host's stream";
  figures.add({ name: `${name}, p50`, value: percentile(latencies, 0.5), unit: "ms", sizes });
  figures.add({
    name: `${name}, p99`,
    value: percentile(latencies, 0.99),
    unit: "ms",
    bar: BARS.recordMs,
    sizes,
  });
  figures.add({
    name: "  of these until acknowledged, p50",
    value: percentile(acknowledged, 0.5),
    unit: "ms",
  });
  figures.add({
    name: "  of these until acknowledged, p99",
    value: percentile(acknowledged, 0.99),
    unit: "ms",
  });
}

async function measureFiles(
  figures: Figures,
  load: ApiLoad,
  { edits, targets, fleetHosts, deployments }: BenchSize,
  box: Sandbox,
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
  const name = "submit to file on the agent's disk";
  figures.add({ name: `${name}, p50`, value: percentile(latencies, 0.5), unit: "ms", sizes });
  figures.add({
    name: `${name}, p99`,
    value: percentile(latencies, 0.99),
    unit: "ms",
    bar: BARS.fileMs,
    sizes,
  });
  await agent.terminate();
}

async function measureTemplate(
  figures: Figures,
  load: ApiLoad,
  sizes: Readonly<Record<string, number>>,
  repository: string,
): Promise<void> {
  const tip = await git(repository, "rev-parse", "main");
  const startedAt = performance.now();
  const { revision } = await load.apply([templateObject(2)]);
  await load.caughtUp(revision);
  const seconds = (performance.now() - startedAt) / MS_PER_S;
  const commits = Number(await git(repository, "rev-list", "--count", `${tip}..main`));
  const changed = await git(repository, "diff", "--name-only", tip, "main");
  const files = changed.split("\n").length;
  if (commits !== 1) throw new Error(`the template edit made ${commits} commits`);
  figures.add({
    name: "template edit rendered and in Git in one commit",
    value: seconds,
    unit: "s",
    bar: BARS.templateS,
    sizes: { ...sizes, files },
  });
}
