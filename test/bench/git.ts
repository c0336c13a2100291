import type { RenderedDeployment } from "@titan/domain";
import { openEmbeddedLog, type EventLog } from "@titan/event-log";
import {
  filesOf,
  gitEnvironment,
  GitLauncher,
  GitOutput,
  openRepository,
  type PlacedDeployment,
} from "@titan/gitops-writer";
import { fixedTopics, Signal, systemClock, type ViewStep } from "@titan/processor-runtime";
import { rendered } from "@titan/processor-runtime/testing";
import { git } from "../flows/git-tree.ts";
import { Sandbox } from "../flows/sandbox.ts";
import { percentile, type Figures } from "./figure.ts";
import { GIT_SIZES, type GitSize } from "./git-size.ts";
import { PlainRepository, type GitFile } from "./git-yardsticks.ts";

const BARS = { firstS: 60, editS: 1 } as const;
const MS_PER_S = 1_000;
const FILE = "deployment.yaml";

/**
 * The real Git output on a bare repository in a folder, fed with the steps that the view would make:
 * all from nothing, then what one host runs, again and again, then a writer that starts anew.
 */
export async function measureGit(figures: Figures, sizeName: "full" | "small"): Promise<void> {
  const size = GIT_SIZES[sizeName];
  await using box = new Sandbox();
  const log = openEmbeddedLog({ path: box.path("log.sqlite"), compactEveryMs: 0 });
  await log.createTopics(fixedTopics({ hostPartitions: 1, deploymentPartitions: 1 }));
  const repository = box.path("repository.git");
  const plain = new PlainRepository(box.path("plain.git"));
  const output = (): GitOutput => outputTo(repository, box.folder, log);
  const { hosts, deploymentsPerHost } = size;
  const sizes = { hosts, "rendered deployments": hosts * deploymentsPerHost };

  const all = new Map<string, PlacedDeployment>();
  for (let host = 0; host < hosts; host += 1) {
    for (const [key, placed] of placedOn(host, size, 0)) all.set(key, placed);
  }
  const plainS = await plain.importAll([...all].flatMap(([key, placed]) => filesIn(key, placed)));
  const writer = output();
  const firstS = await secondsOf(() => writer.recover(step(1, all)));
  figures.add({
    name: "Git: all rendered deployments in one commit, from nothing",
    value: firstS,
    unit: "s",
    bar: BARS.firstS,
    beside: { name: "git fast-import of the same files", value: plainS, unit: "s" },
    sizes,
  });

  await plain.readIndex();
  const editsS: number[] = [];
  const plainEditsS: number[] = [];
  for (let edit = 1; edit <= size.edits; edit += 1) {
    const placed = placedOn((edit * 7919) % hosts, size, edit);
    const [file] = [...placed].flatMap(([key, each]) => filesIn(key, each));
    if (file === undefined) throw new Error("the host has no file");
    for (const [key, each] of placed) all.set(key, each);
    plainEditsS.push(await plain.commitOne(file));
    editsS.push(await secondsOf(() => writer.write([step(1 + edit, placed)])));
  }
  await writer.close();
  for (const part of [0.5, 1]) {
    figures.add({
      name: `Git: all of one host changed and committed, ${part === 1 ? "worst" : "p50"}`,
      value: percentile(editsS, part),
      unit: "s",
      ...(part === 0.5 ? { bar: BARS.editS } : {}),
      beside: {
        name: "git's plumbing for one file",
        value: percentile(plainEditsS, part),
        unit: "s",
      },
      sizes: { ...sizes, commits: size.edits },
    });
  }
  const again = output();
  const restartS = await secondsOf(() => again.recover(step(1 + size.edits, all)));
  await again.close();
  const commits = Number(await git(repository, "rev-list", "--count", "main"));
  if (commits !== 1 + size.edits) throw new Error(`${commits} commits`);
  const readS = await secondsOf(() => git(repository, "rev-list", "--objects", "--count", "main"));
  figures.add({
    name: "Git: a writer that starts anew, until the tip is right",
    value: restartS,
    unit: "s",
    beside: { name: "git rev-list of all objects", value: readS, unit: "s" },
    sizes,
  });
  await log.close();
}

function outputTo(location: string, stateFolder: string, log: EventLog): GitOutput {
  const launcher = new GitLauncher(gitEnvironment(process.env));
  const branch = "main";
  return new GitOutput({
    log,
    clock: systemClock,
    random: Math.random,
    installation: "bench",
    branch,
    arrived: new Signal(),
    open: () =>
      openRepository({ git: launcher, location, branch, stateFolder, nowMs: () => Date.now() }),
    onHold: (error) => {
      throw error;
    },
  });
}

/** What a host runs, at a state of its own. */
function placedOn(
  host: number,
  { deploymentsPerHost, deployments }: GitSize,
  state: number,
): ReadonlyMap<string, PlacedDeployment> {
  const name = `default/h${host}`;
  const placed = new Map<string, PlacedDeployment>();
  for (let at = 0; at < deploymentsPerHost; at += 1) {
    const deployment = `d${(host * deploymentsPerHost + at) % deployments}`;
    const hostLabels = { zone: `z${host % 7}`, state: `s${state}` };
    placed.set(`${name}/default/${deployment}`, {
      host: name,
      hostLabels,
      rendered: manifestOf(deployment),
    });
  }
  return placed;
}

const manifests = new Map<string, RenderedDeployment>();

function manifestOf(deployment: string): RenderedDeployment {
  let manifest = manifests.get(deployment);
  if (manifest === undefined) {
    const text = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{deployment.name}}
  labels: { zone: "{{host.labels.zone}}", state: "{{host.labels.state}}" }
spec:
  template:
    spec:
      containers:
        - name: main
          image: registry.example/main:1.0
          env: [{ name: HOST, value: "{{host.name}}" }]
`;
    const { current } = rendered(deployment, { [FILE]: text });
    manifest = current as RenderedDeployment;
    manifests.set(deployment, manifest);
  }
  return manifest;
}

function filesIn(key: string, placed: PlacedDeployment): readonly GitFile[] {
  const { files, problem } = filesOf(placed);
  if (problem !== null) throw new Error(problem);
  return files.map(({ path, bytes }) => ({ path: `hosts/${key}/${path}`, bytes }));
}

function step(
  revision: number,
  values: ReadonlyMap<string, PlacedDeployment>,
): ViewStep<PlacedDeployment> {
  const origin = {
    revision,
    changeId: `c${revision}`,
    actor: "bench",
    reason: "",
    occurredAt: revision * MS_PER_S,
  };
  return { revision, values, origin, causesOf: () => [] };
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / MS_PER_S;
}
