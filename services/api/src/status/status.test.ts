import { createSimulatedLog, type SimulatedLog } from "@titan/event-log/testing";
import { encode } from "@titan/schema-codec";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clientOf, type Client } from "../testing/client.ts";
import { mintToken, seedDeployment } from "../testing/seed.ts";
import { startStack, type Stack } from "../testing/stack.ts";

let log: SimulatedLog;
let stack: Stack;
let admin: Client;
let host: Client;
let seeded: number;

const DEPLOYMENT = "/v1/workspaces/default/deployments/prod";
const STATUS = "/v1/workspaces/default/hosts/tim-pi/status";

beforeAll(async () => {
  log = createSimulatedLog();
  stack = await startStack({ log });
  admin = clientOf(stack.api, stack.admin);
  seeded = await seedDeployment(admin);
  host = clientOf(stack.api, await mintToken(admin, { name: "pi", host: "default/tim-pi" }));
});
afterAll(async () => await stack.close());

async function status(): Promise<Readonly<Record<string, unknown>>> {
  const answer = await admin("GET", `${DEPLOYMENT}?minRevision=${seeded}`);
  return answer.body["status"] as Readonly<Record<string, unknown>>;
}

function report(sequence: number, more: object = {}, incarnation = "0000000000000005"): object {
  const deployment = { deployment: "default/prod", createdRevision: seeded, revision: seeded };
  return {
    hostCreatedRevision: 0,
    incarnation,
    sequence,
    reportedAt: 1,
    installation: stack.api.context.options.installation.id,
    revision: seeded,
    agentVersion: "1",
    deployments: [
      { ...deployment, digest: "", state: "deployed", drifted: false, error: null, ...more },
    ],
    problem: null,
  };
}

test("a deployment whose host never reported is offline there", async () => {
  expect(await status()).toMatchObject({
    hosts: { selected: 1, eligible: 1, deployed: 0, offline: 1 },
    hostStates: [{ host: "default/tim-pi", state: "offline" }],
    stages: [
      { stage: "source" },
      { stage: "build" },
      { stage: "container", revision: seeded },
      { stage: "eventSent", revision: seeded },
      { stage: "git" },
      { stage: "deployed", hosts: "0/1" },
    ],
    problems: [],
  });
});

test("reports move a host from behind over failed to deployed and drifted", async () => {
  const { digest } = await status();
  const steps = [
    [{ state: "waiting" }, "behind"],
    [{ state: "failed", error: { code: "disk-full", detail: "no room", pointer: "" } }, "failed"],
    [{ digest: "other" }, "behind"],
    [{ digest }, "deployed"],
    [{ digest, drifted: true }, "drifted"],
    [{ digest }, "deployed"],
  ] as const;
  for (const [at, [more, state]] of steps.entries()) {
    expect((await host("PUT", STATUS, report(at + 1, more))).status).toBe(204);
    expect(await status()).toMatchObject({ hosts: { [state]: 1 }, hostStates: [{ state }] });
  }
  const { stages } = (await status()) as { stages: readonly { stage: string; at?: string }[] };
  expect(stages.find(({ stage }) => stage === "deployed")).toMatchObject({ hosts: "1/1" });
  expect(stages.find(({ stage }) => stage === "deployed")?.at).toBeDefined();
  const shown = await admin("GET", "/v1/workspaces/default/hosts/tim-pi");
  expect(shown.body["status"]).toMatchObject({
    targets: ["default/tim-pi"],
    deployments: [{ deployment: "default/prod", state: "deployed" }],
    lastReport: { agentVersion: "1", offline: false },
  });
});

test("an older report never takes the place of a newer one", async () => {
  const again = await host("PUT", STATUS, report(6));
  expect(again.status).toBe(204);
  const older = await host("PUT", STATUS, report(2));
  expect(older).toMatchObject({ status: 409, body: { code: "stale-report" } });
  expect(older.headers["titan-incarnation"]).toBe("0000000000000005");
  const restarted = await host("PUT", STATUS, report(1, {}, "0000000000000006"));
  expect(restarted.status).toBe(204);
  expect(await status()).toMatchObject({ hosts: { behind: 1 } });
  expect(await host("PUT", STATUS, { wrong: true })).toMatchObject({
    status: 422,
    body: { code: "invalid-report" },
  });
});

test("source, build and Git are stages on the way", async () => {
  const reports = "/v1/workspaces/default/workloads/temperature-sensor/reports";
  const source = await admin("POST", reports, { kind: "source", commit: "8c1f" });
  expect(source).toMatchObject({ status: 201, body: { report: { commit: "8c1f" } } });
  const build = await admin("POST", reports, { kind: "build", commit: "8c1f", image: "sensor:2" });
  expect(build.body).toMatchObject({ change: { outcomes: [{ result: "configured" }] } });
  const { revision } = build.body["change"] as { revision: number };
  const value = encode("git-commit", {
    repository: "git",
    branch: "main",
    commit: "abc1",
    revision: revision + 3,
    committedAt: 1_000,
    problem: "",
  });
  await log.append([{ topic: "titan.git-commit", partition: 0, records: [{ key: "git", value }] }]);
  await stack.api.context.model.observations.waitFor("titan.git-commit", 0, 0, 10_000);
  const { body } = await admin("GET", `${DEPLOYMENT}?minRevision=${revision}`);
  expect(body["status"]).toMatchObject({
    stages: [
      { stage: "source", commit: "8c1f" },
      { stage: "build", commit: "8c1f", image: "sensor:2" },
      { stage: "container", revision },
      { stage: "eventSent", revision },
      { stage: "git", revision, commit: "abc1", at: "1970-01-01T00:00:01.000Z" },
      { stage: "deployed", revision },
    ],
  });
  expect(await admin("POST", reports, { kind: "deployed", commit: "x" })).toMatchObject({
    status: 400,
  });
});

test("the last report of each kind survives compaction", async () => {
  const reports = "/v1/workspaces/default/workloads/temperature-sensor/reports";
  for (const kind of ["source", "build", "source", "build"]) {
    expect((await admin("POST", reports, { kind, commit: "9d2e" })).status).toBe(201);
  }
  const host = "/v1/workspaces/default/hosts/tim-pi/reports";
  await admin("POST", host, { kind: "deployed", commit: "abc1" });
  log.compactNow({ topic: "titan.report", lagMs: 0 });
  const kept = log.peek("titan.report", 0);
  expect(kept.map(({ key }) => key).sort()).toEqual([
    "default/temperature-sensor/build",
    "default/temperature-sensor/source",
    "default/tim-pi/deployed",
  ]);
  const later = await stack.replica();
  const { end } = await log.bounds("titan.report", 0);
  const { observations } = later.context.model;
  expect(await observations.waitFor("titan.report", 0, end - 1, 10_000)).toBe(true);
  for (const kind of ["source", "build"] as const) {
    const report = observations.reports.last("default", "temperature-sensor", kind);
    expect(report?.commit).toBe("9d2e");
  }
});

test("a host that is served by a GitOps tool is deployed when its commit holds the deployment", async () => {
  const answer = await admin("PUT", "/v1/workspaces/default/hosts/flux", {
    metadata: { labels: { name: "tim-pi" } },
  });
  await admin("GET", `${DEPLOYMENT}?minRevision=${String(answer.body["revision"])}`);
  const path = "/v1/workspaces/default/hosts/flux/reports";
  await admin("POST", path, { kind: "deployed", commit: "abc1" });
  expect(await status()).toMatchObject({ hosts: { selected: 2, deployed: 1 } });
  await admin("POST", path, { kind: "deployed", commit: "unknown" });
  expect(await status()).toMatchObject({ hosts: { selected: 2, deployed: 0 } });
  await admin("POST", path, { kind: "deployed", commit: "abc1" });
  expect(await status()).toMatchObject({ hosts: { selected: 2, deployed: 1 } });
  // Made again after that commit, which can not hold what is on this incarnation of the host.
  let revision = 0;
  for (let time = 0; time < 2; time += 1) {
    await admin("DELETE", "/v1/workspaces/default/hosts/flux");
    const again = await admin("PUT", "/v1/workspaces/default/hosts/flux", {
      metadata: { labels: { name: "tim-pi" } },
    });
    revision = Number(again.body["revision"]);
  }
  const { body } = await admin("GET", `${DEPLOYMENT}?minRevision=${revision}`);
  expect(body["status"]).toMatchObject({ hosts: { selected: 2, deployed: 0 } });
});

test("why says who made each link, and which clause fails", async () => {
  const path = "/v1/workspaces/default/hosts/tim-pi/why/default/prod";
  const why = await admin("GET", path);
  expect(why.body).toMatchObject({ runs: true, because: null });
  const links = (why.body["chain"] as readonly { link: string }[]).map(({ link }) => link);
  expect(links).toEqual([
    "host",
    "target",
    "deployment",
    "template",
    "workload",
    "placement",
    "rendered",
    "git",
    "report",
  ]);
  const moved = await admin(
    "PATCH",
    "/v1/workspaces/default/hosts/tim-pi",
    { metadata: { labels: { name: "elsewhere" } } },
    { "titan-reason": "moved to the barn" },
  );
  const not = await admin("GET", `${path}?minRevision=${String(moved.body["revision"])}`);
  expect(not.body).toMatchObject({
    runs: false,
    because: { code: "not-selected", detail: expect.stringContaining('name is "elsewhere"') },
    chain: [
      { link: "host", actor: "root", reason: "moved to the barn" },
      {},
      {},
      {},
      {},
      {},
      {},
      {},
    ],
  });
});
