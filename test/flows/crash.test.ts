import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { ApiCaller } from "./api-caller.ts";
import { filesByHost } from "./crash-model.ts";
import { CrashWriter } from "./crash-writer.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";
import { fileInGit, pathsInGit } from "./git-tree.ts";
import { filesOnDisk } from "./host-folder.ts";
import { Sandbox } from "./sandbox.ts";
import { pick, seededRandom } from "./seeded-random.ts";

const ROUNDS = 50;
const WRITERS = 4;
/** After the kill before it was ready, or under load after it. */
const EARLY_MAX_MS = 700;
const LOAD_MAX_MS = 300;

test("kill -9 at 50 random moments under load: nothing acknowledged is lost", async () => {
  const seed = Number(process.env["TITAN_SEED"] ?? Date.now() % 1_000_000);
  console.log(`TITAN_SEED=${seed}`);
  const random = seededRandom(seed);
  await using box = new Sandbox();
  const port = String(await freePort());
  const startUp = () => box.start(["up", "-o", "json", "--data", box.path("data"), "--port", port]);
  const startAgent = () => box.start(["agent", "--host", "h0", "--dir", "host"]);

  let up = startUp();
  await eventually("the first start", () => up.stdout.includes("\n"));
  const {
    api: server,
    token,
    git,
  } = JSON.parse(up.stdout) as Record<"api" | "token" | "git", string>;
  const api = new ApiCaller(server, token);
  await setUp(box);
  const { revision } = (await api.get("/v1/installation")).body as { readonly revision: number };
  const writers = Array.from(
    { length: WRITERS },
    (_, at) => new CrashWriter(at, seededRandom(seed + 1 + at), revision, () => api),
  );
  const written = Promise.all(writers.map((writer) => writer.run()));
  // Whoever waits below is told at the end; a mistake of a writer ends the test at once.
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => {});
  written.catch(failure.reject);
  const count = (): number =>
    writers.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);

  const verifyAtRest = async (): Promise<void> => {
    await Promise.race([failure.promise, Promise.all(writers.map((writer) => writer.hold()))]);
    await box.titan("verify");
    for (const writer of writers) writer.resume();
  };
  let agent = startAgent();
  const kills = { server: 0, agent: 0 };
  for (let round = 1; round <= ROUNDS; round += 1) {
    if (round % 2 === 0) {
      const before = count();
      await Promise.race([failure.promise, eventually("load", () => count() > before)]);
      await sleep(random() * LOAD_MAX_MS);
      expect(agent.end).toBeUndefined();
      await agent.kill();
      agent = startAgent();
      kills.agent += 1;
      await verifyAtRest();
      continue;
    }
    if (pick(random, ["early", "load", "load"] as const) === "early") {
      await sleep(random() * EARLY_MAX_MS);
    } else {
      const before = count();
      await Promise.race([failure.promise, eventually("load", () => count() > before + 5)]);
      await sleep(random() * LOAD_MAX_MS);
    }
    expect(up.end).toBeUndefined();
    await up.kill();
    up = startUp();
    kills.server += 1;
    await verifyAtRest();
  }
  for (const writer of writers) writer.stop();
  await written;
  console.log(`${count()} changes acknowledged, ${JSON.stringify(kills)} killed`);

  await box.titan("verify");
  await everyChangeHasItsEffect(api, writers);
  const files = filesByHost(writers.map(({ share }) => share));
  for (const [host, expected] of files) {
    const paths = (await pathsInGit(git)).filter((path) =>
      path.startsWith(`hosts/default/${host}/`),
    );
    const inGit = new Map<string, string>();
    for (const path of paths) {
      const text = await fileInGit(git, path);
      inGit.set(path.slice(`hosts/default/${host}/`.length), `${text}\n`);
    }
    expect(inGit).toEqual(expected);
  }
  await eventually(
    "the agent's disk to be what Git says",
    () => expect(filesOnDisk(box.path("host"))).toEqual(files.get("h0")) ?? true,
  );
});

async function setUp(box: Sandbox): Promise<void> {
  box.write({ "numbers/n.txt": "{{values.n}} on {{host.name}}\n" });
  await box.titan("create template numbers -f numbers");
  await box.titan("create workload w");
  for (let at = 0; at < WRITERS; at += 1) {
    await box.titan(`create host h${at} --labels group=a`);
    await box.titan(`create target t${at} --labels group=a`);
  }
}

/** Each change once in the feed, with the revision that was acknowledged, and read back there. */
async function everyChangeHasItsEffect(
  api: ApiCaller,
  writers: readonly CrashWriter[],
): Promise<void> {
  const acknowledged = writers.flatMap((writer) => writer.acknowledged);
  expect(new Set(acknowledged.map(({ revision }) => revision)).size).toBe(acknowledged.length);
  for (const { changeId, revision, expected } of acknowledged) {
    const verdict = await api.get(`/v1/changes/${changeId}`);
    expect(verdict).toMatchObject({ status: 200, body: { revision, accepted: true } });
    for (const { path, is } of expected) {
      const read = await api.get(`${path}?at=${revision}`);
      if (is === undefined) expect(read.status).toBe(404);
      else expect(read).toMatchObject({ status: 200, body: is });
    }
  }
}
