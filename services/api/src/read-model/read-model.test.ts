import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openEmbeddedLog } from "@titan/event-log";
import { createSimulatedLog, type SimulatedLog } from "@titan/event-log/testing";
import { decodeAs, encode, toJson } from "@titan/schema-codec";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Api } from "../create-api.ts";
import { clientOf, type Client } from "../testing/client.ts";
import { seedDeployment } from "../testing/seed.ts";
import { startStack, type Stack } from "../testing/stack.ts";
import { loadNoun, storeNoun, storeRendered } from "./stored-value.ts";

let log: SimulatedLog;
let stack: Stack;
let admin: Client;
let folder: string;

beforeEach(async () => {
  log = createSimulatedLog();
  stack = await startStack({ log });
  admin = clientOf(stack.api, stack.admin);
  folder = mkdtempSync(join(tmpdir(), "titan-api-"));
});
afterEach(async () => {
  await stack.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Reads at a revision or later, so that nothing depends on how fast the machine is. */
async function settled(api: Api, revision: number): Promise<Api> {
  const { nouns, derived } = api.context.model;
  expect(await nouns.waiters.wait(nouns.revision, revision, 30_000)).toBe(true);
  expect(await derived.waiters.wait(derived.cut ?? -1, revision, 30_000)).toBe(true);
  return api;
}

interface Shown {
  readonly metadata: { readonly workspace?: string; readonly name: string };
}

/** Every answer that people compare replicas by. */
async function everything(api: Api, revision: number): Promise<readonly string[]> {
  const client = clientOf(api, stack.admin);
  const lists = [
    "workspaces",
    "hosts",
    "targets",
    "templates",
    "workloads",
    "deployments",
    "tokens",
    "views",
  ];
  const answers: string[] = [];
  for (let at = 1; at <= revision; at += 1) {
    for (const list of lists) {
      const { body } = await client("GET", `/v1/${list}?at=${at}`);
      answers.push(JSON.stringify(body));
      for (const { metadata } of body["items"] as readonly Shown[]) {
        const { workspace, name } = metadata;
        const scope = workspace === undefined ? "" : `/workspaces/${workspace}`;
        const one = await client("GET", `/v1${scope}/${list}/${name}?at=${at}`);
        expect(one.status).toBe(200);
        answers.push(one.text);
      }
    }
  }
  answers.push((await client("GET", "/v1/changes")).text);
  answers.push((await client("GET", "/v1/assignments")).text);
  const since = "/v1/workspaces/default/hosts/tim-pi/deployments";
  answers.push((await client("GET", since)).text);
  return answers;
}

async function history(): Promise<number> {
  await seedDeployment(admin);
  const path = "/v1/workspaces/default";
  await admin("PATCH", `${path}/hosts/tim-pi`, { metadata: { labels: { site: "lab" } } });
  await admin("DELETE", `${path}/deployments/prod`);
  await admin("DELETE", `${path}/targets/none`);
  await seedDeployment(admin, { name: "stage" });
  const last = await admin("PATCH", `${path}/deployments/stage`, { spec: { replicas: 1 } });
  return Number(last.body["revision"]);
}

test("history 10: a new replica answers for every revision as the old one does", async () => {
  const revision = await history();
  const old = await everything(await settled(stack.api, revision), revision);
  // Nothing but the last record of each key is left of the nouns: what they were is in the feed.
  for (const { name } of await log.topics()) {
    if (name !== "titan.change") log.compactNow({ topic: name, lagMs: 0 });
  }
  const replica = await settled(await stack.replica(), revision);
  expect(await everything(replica, revision)).toEqual(old);
  expect(hostRevisionsInTopic()).toHaveLength(1);
});

/** What a replica that folds the topic, instead of the feed, could know of the host. */
function hostRevisionsInTopic(): readonly number[] {
  return [0, 1].flatMap((partition) =>
    log.peek("titan.host", partition).map(({ value }) => decodeAs("host", value).revision),
  );
}

test("a file is gone on with, and one that is thrown away gives the same again", async () => {
  const path = join(folder, "read-model.sqlite");
  const first = await stack.replica({ readModelPath: path });
  const early = await seedDeployment(admin);
  await settled(first, early);
  await first.close();
  const revision = await history();
  const expected = await everything(await settled(stack.api, revision), revision);
  const again = await settled(await stack.replica({ readModelPath: path }), revision);
  expect(await everything(again, revision)).toEqual(expected);
  await again.close();
  writeFileSync(path, "not a database");
  const anew = await settled(await stack.replica({ readModelPath: path }), revision);
  expect(await everything(anew, revision)).toEqual(expected);
});

test("a file of another installation, or ahead of the log, is thrown away", async () => {
  const path = join(folder, "read-model.sqlite");
  const revision = await seedDeployment(admin);
  await (await settled(await stack.replica({ readModelPath: path }), revision)).close();
  for (const [name, value] of [
    ["installation", "another"],
    ["change-next", "999999"],
  ]) {
    const database = new DatabaseSync(path);
    database.prepare("UPDATE meta SET value = ? WHERE name = ?").run(value ?? "", name ?? "");
    database.exec("DELETE FROM noun");
    database.close();
    const api = await settled(await stack.replica({ readModelPath: path }), revision);
    const { body } = await clientOf(api, stack.admin)("GET", "/v1/workspaces/default/hosts/tim-pi");
    expect(body).toMatchObject({ metadata: { name: "tim-pi" } });
    await api.close();
  }
});

test("derived history begins with the replica, and goes on if it stops and starts at one cut", async () => {
  const path = join(folder, "read-model.sqlite");
  const start = await seedDeployment(admin);
  const first = await settled(await stack.replica({ readModelPath: path }), start);
  const second = await seedDeployment(admin, { name: "stage" });
  await settled(first, second);
  const { historyFrom } = first.context.model.derived;
  const list = (at: number): string => `/v1/assignments?at=${at}`;
  const before = clientOf(first, stack.admin);
  expect(await before("GET", list(1))).toMatchObject({
    status: 410,
    body: { code: "gone", oldest: historyFrom },
  });
  expect(await before("GET", list(historyFrom))).toMatchObject({ status: 200 });
  await first.close();
  const same = await settled(await stack.replica({ readModelPath: path }), second);
  expect(same.context.model.derived.historyFrom).toBe(historyFrom);
  await same.close();
  const third = await seedDeployment(admin, { name: "third" });
  await settled(stack.api, third);
  const gap = await settled(await stack.replica({ readModelPath: path }), third);
  expect(gap.context.model.derived.historyFrom).toBeGreaterThanOrEqual(second);
  expect(gap.context.model.derived.historyFrom).not.toBe(historyFrom);
});

test("it is the same on the embedded log, across a restart of everything", async () => {
  const path = join(folder, "log.sqlite");
  const readModelPath = join(folder, "read-model.sqlite");
  const before = openEmbeddedLog({ path, compactEveryMs: 0 });
  const first = await startStack({ log: before, api: { readModelPath } });
  const revision = await seedDeployment(clientOf(first.api, first.admin));
  await settled(first.api, revision);
  await first.close();
  await before.close();
  const after = openEmbeddedLog({ path, compactEveryMs: 0 });
  const second = await startStack({ log: after, api: { readModelPath } });
  // The token of the first run is refused to be made again, and still opens everything.
  const client = clientOf(second.api, first.admin);
  const next = await client("PUT", "/v1/workspaces/default/hosts/more", {});
  expect(next.status).toBe(201);
  await settled(second.api, Number(next.body["revision"]));
  const { body } = await client("GET", "/v1/workspaces/default/hosts/tim-pi/deployments");
  expect(body).toMatchObject({ deployments: [{ deployment: "default/prod" }] });
  await second.close();
  await after.close();
});

test("commits that do not count are passed over", async () => {
  const revision = await seedDeployment(admin);
  const value = encode("commit", {
    revision: revision + 1,
    id: "void",
    predecessor: "nobody",
    proposalId: "void",
    proposalPosition: 0,
    changeId: "void",
    workspace: "default",
    actor: "ghost",
    reason: "",
    committedAt: 0,
    traceparent: "",
    accepted: true,
    refusals: [],
    outcomes: [],
    events: [],
    installation: null,
  });
  const records = [
    { key: "", value },
    { key: "", value: new Uint8Array([1, 2, 3]) },
  ];
  await log.append([{ topic: "titan.change", partition: 0, records }]);
  const next = await admin("PUT", "/v1/workspaces/default/hosts/after", {});
  expect(next.body["revision"]).toBe(revision + 1);
  expect((await admin("GET", "/v1/changes")).text).not.toContain("ghost");
});

test("without views nouns are read and written; what needs them says what lags", async () => {
  const bare = await startStack({ views: false, api: { timing: { lagTimeoutMs: 30 } } });
  const client = clientOf(bare.api, bare.admin);
  const revision = await seedDeployment(client);
  expect(await client("GET", "/v1/workspaces/default/deployments/prod")).toMatchObject({
    status: 200,
  });
  expect(await client("GET", `/v1/deployments?minRevision=${revision}`)).toMatchObject({
    status: 200,
  });
  const lagging = await client(
    "GET",
    `/v1/workspaces/default/deployments/prod?minRevision=${revision}`,
  );
  expect(lagging).toMatchObject({ status: 503, body: { code: "lagging" } });
  expect(JSON.stringify(lagging.body["lagging"])).toContain("titan.rendered-deployment");
  expect(await client("GET", "/readyz")).toMatchObject({ status: 503, body: { derived: false } });
  await bare.close();
});

test("values with bytes lie in the file as the codec's JSON form has them", () => {
  const bytes = new Uint8Array([0, 255, 7]);
  const head = { workspace: "default", name: "t", labels: {}, createdRevision: 1 };
  const files = [{ path: "a", text: null, bytes, executable: false }];
  const template = { ...head, files, delimiters: [], verbatim: [], defaults: "{}" };
  expect(loadNoun("Template", storeNoun("Template", template))).toEqual(template);
  const rendered = {
    deployment: "default/prod",
    createdRevision: 1,
    digest: "d",
    hostLabels: [],
    files: [
      { path: "a", executable: false, pieces: [], bytes },
      {
        path: "b",
        executable: true,
        pieces: [{ text: "x", label: null, hostName: false }],
        bytes: null,
      },
    ],
    problem: null,
  };
  const record = toJson("rendered-deployment", {
    revision: 1,
    index: 0,
    op: "UPDATE",
    previous: null,
    current: rendered,
    hash: 1n,
    changeId: "",
    actor: "",
    reason: "",
    occurredAt: 0,
    causes: [],
    processorVersion: 1,
  });
  expect(JSON.parse(storeRendered(rendered))).toEqual((record as { current: unknown }).current);
});
