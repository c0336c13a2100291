import { LogError } from "@titan/event-log";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clientOf, type Client } from "../testing/client.ts";
import { mintToken, seedDeployment } from "../testing/seed.ts";
import { startStack, type Stack } from "../testing/stack.ts";

let stack: Stack;
let admin: Client;

beforeAll(async () => {
  stack = await startStack({ api: { offeredViews: new Map([["target-delta", 1]]) } });
  admin = clientOf(stack.api, stack.admin);
  await seedDeployment(admin);
});
afterAll(async () => await stack.close());

function proposals(): number {
  const log = stack.log as { peek?: (topic: string, partition: number) => readonly unknown[] };
  return log.peek?.("titan.proposal", 0).length ?? 0;
}

test("a repetition under the same key gets the first verdict, and nothing is done twice", async () => {
  const headers = { "idempotency-key": "once", "titan-seen": "2" };
  const path = "/v1/workspaces/default/workloads/twice";
  const first = await admin("PUT", path, {}, headers);
  const before = proposals();
  await admin("DELETE", path);
  const again = await admin("PUT", path, {}, headers);
  expect(again.body["revision"]).toBe(first.body["revision"]);
  expect(await admin("GET", path)).toMatchObject({ status: 404 });
  expect(proposals()).toBe(before + 1);
  const change = await admin("GET", `/v1/changes/${String(first.body["changeId"])}`);
  expect(change.body).toMatchObject({
    accepted: true,
    actor: "root",
    outcomes: [{ result: "created" }],
  });
});

test("two at once under one key are one change, and carry the same bytes", async () => {
  const headers = { "idempotency-key": "both", "titan-seen": "2", traceparent: "00-aa-bb-01" };
  const path = "/v1/workspaces/default/workloads/both";
  const [left, right] = await Promise.all([
    admin("PUT", path, {}, headers),
    admin("PUT", path, {}, { ...headers, traceparent: "00-cc-dd-01" }),
  ]);
  expect(left.body["revision"]).toBe(right.body["revision"]);
  const log = stack.log as {
    peek?: (topic: string, partition: number) => readonly { value: Uint8Array }[];
  };
  const bytes = (log.peek?.("titan.proposal", 0) ?? [])
    .map(({ value }) => Buffer.from(value).toString("hex"))
    .filter((hex) => hex.includes(Buffer.from('"both"').toString("hex")));
  expect(new Set(bytes).size).toBe(1);
});

test("two callers with one key do not collide", async () => {
  const other = clientOf(
    stack.api,
    await mintToken(admin, { name: "second", role: "admin", workspaces: ["*"] }),
  );
  const headers = { "idempotency-key": "shared" };
  const left = await admin("PUT", "/v1/workspaces/default/workloads/left", {}, headers);
  const right = await other("PUT", "/v1/workspaces/default/workloads/right", {}, headers);
  expect([left.status, right.status]).toEqual([201, 201]);
});

test.each([
  ["PUT", "hosts/tim-pi", {}, { "if-none-match": "*" }, 409, "already-exists"],
  ["PUT", "hosts/tim-pi", {}, { "if-match": '"1"' }, 409, "revision-mismatch"],
  ["PATCH", "hosts/none", {}, {}, 404, "not-found"],
  ["DELETE", "hosts/none", undefined, {}, 404, "not-found"],
  ["DELETE", "targets/tim-pi", undefined, {}, 409, "in-use"],
  ["PUT", "targets/t", { spec: {} }, {}, 422, "missing-field"],
  ["PUT", "targets/t", { spec: { selector: "a b" } }, {}, 422, "invalid-selector"],
  ["PUT", "hosts/Big", {}, {}, 422, "invalid-name"],
  ["PUT", "hosts/h", { metadata: { name: "other" } }, {}, 422, "route-mismatch"],
  ["PUT", "hosts/h", { kind: "Target" }, {}, 422, "route-mismatch"],
  ["PUT", "hosts/h", { spec: { colour: 1 } }, {}, 422, "unknown-field"],
  ["PUT", "hosts/h", {}, { "if-match": "twelve" }, 400, "bad-header"],
  ["PUT", "hosts/h", {}, { "titan-seen": "-1" }, 400, "bad-header"],
  ["PUT", "hosts/h?dryRun=maybe", {}, {}, 400, "bad-query"],
  ["PUT", "hosts/h", [1], {}, 400, "bad-request"],
] as const)("%s %s with %j is a problem", async (method, path, body, headers, status, code) => {
  const answer = await admin(method, `/v1/workspaces/default/${path}`, body, { ...headers });
  expect(answer).toMatchObject({ status, body: { code, status } });
  expect(answer.headers["content-type"]).toContain("application/problem+json");
  expect(answer.headers["titan-revision"]).toBeDefined();
});

test("pointers lead into the body that was sent", async () => {
  const put = await admin("PUT", "/v1/workspaces/default/targets/t", { spec: { selector: 7 } });
  expect(put.body).toMatchObject({ errors: [{ pointer: "/spec/selector" }] });
  const post = await admin("POST", "/v1/changes", {
    operations: [
      { action: "apply", object: { kind: "Host", metadata: { name: "h" }, spec: {} } },
      { action: "apply", object: { kind: "Target", metadata: { name: "t" }, spec: {} } },
    ],
  });
  expect(post.body).toMatchObject({ errors: [{ pointer: "/operations/1/spec/selector" }] });
});

test("what is too much is refused before the log sees it", async () => {
  const before = proposals();
  const large = { spec: { files: { a: { text: "x".repeat(950_000) } } } };
  expect(await admin("PUT", "/v1/workspaces/default/templates/t", large)).toMatchObject({
    status: 413,
    body: { code: "proposal-too-large" },
  });
  const huge = { spec: { files: { a: { text: "x".repeat(5_000_000) } } } };
  expect(await admin("PUT", "/v1/workspaces/default/templates/t", huge)).toMatchObject({
    status: 413,
    body: { code: "body-too-large" },
  });
  const object = { kind: "Host", metadata: { name: "h" } };
  const operations = Array.from({ length: 1_001 }, () => ({ action: "apply", object }));
  expect(await admin("POST", "/v1/changes", { operations })).toMatchObject({
    status: 422,
    body: { code: "too-many-operations" },
  });
  expect(proposals()).toBe(before);
});

test("a body that is no JSON, or another type, is a problem", async () => {
  const send = async (payload: string, type: string) =>
    await stack.api.app.inject({
      method: "PUT",
      url: "/v1/workspaces/default/hosts/h",
      headers: { authorization: `Bearer ${stack.admin}`, "content-type": type },
      payload,
    });
  expect((await send("{", "application/json")).json()).toMatchObject({ code: "bad-request" });
  expect((await send("a: b", "text/yaml")).json()).toMatchObject({
    code: "unsupported-media-type",
  });
  expect((await send('{"__proto__": {}}', "application/json")).json()).toMatchObject({
    status: 400,
    code: "bad-request",
  });
});

test("a version of a view that no task offers is not activated", async () => {
  const activate = async (version: number) =>
    await admin("PUT", "/v1/views/target-delta", { spec: { version } });
  expect(await activate(9)).toMatchObject({
    status: 422,
    body: { code: "view-version-not-offered" },
  });
  expect(await activate(1)).toMatchObject({
    status: 200,
    body: { outcomes: [{ result: "unchanged" }] },
  });
});

test("a secret is shown once and only its hash is kept", async () => {
  const headers = { "idempotency-key": "token-once" };
  const made = await admin(
    "POST",
    "/v1/tokens",
    { name: "mine", role: "viewer", workspaces: ["default"] },
    headers,
  );
  expect(made.body["secret"]).toMatch(/^titan_mine_[A-Za-z0-9_-]{43}$/);
  expect(
    await admin("POST", "/v1/tokens", { name: "mine", role: "viewer" }, headers),
  ).toMatchObject({
    status: 409,
    body: { code: "key-already-used" },
  });
  const mine = clientOf(stack.api, String(made.body["secret"]));
  expect((await mine("GET", "/v1/whoami")).body).toEqual({
    actor: "mine",
    role: "viewer",
    workspaces: ["default"],
  });
  const shown = await admin("GET", "/v1/tokens/mine");
  expect(shown.text).not.toContain("secretHash");
  await admin("DELETE", "/v1/tokens/mine");
  expect(await mine("GET", "/v1/whoami")).toMatchObject({ status: 401 });
});

test("a dry run says what would follow and changes nothing", async () => {
  const before = proposals();
  const dry = async (path: string, body: object) =>
    (await admin("PATCH", `/v1/workspaces/default/${path}?dryRun=true`, body)).body["effects"];
  const pair = { host: "default/tim-pi", deployment: "default/prod" };
  expect(await dry("hosts/tim-pi", { metadata: { labels: { name: "x" } } })).toEqual([
    { ...pair, effect: "lose" },
  ]);
  expect(await dry("hosts/tim-pi", { metadata: { labels: { site: "x" } } })).toEqual([]);
  expect(await dry("workloads/temperature-sensor", { spec: { image: "sensor:9" } })).toEqual([
    { ...pair, effect: "change" },
  ]);
  expect(await dry("deployments/prod", { spec: { replicas: 0 } })).toEqual([
    { ...pair, effect: "lose" },
  ]);
  expect(await dry("targets/tim-pi", { spec: { selector: "platform" } })).toEqual([]);
  expect(proposals()).toBe(before);
});

test("a feed that does not answer leaves the outcome unknown, with the id to ask for", async () => {
  const lossy = new Proxy(stack.log, {
    get: (log, name) => {
      // Acknowledged, and never seen again.
      if (name === "append") return async () => await Promise.resolve([0]);
      const value: unknown = Reflect.get(log, name);
      return typeof value === "function" ? value.bind(log) : value;
    },
  });
  const mute = await stack.replica({ timing: { verdictTimeoutMs: 30 }, log: lossy });
  await mute.context.model.nouns.waiters.wait(mute.context.model.nouns.revision, 2, 30_000);
  const answer = await clientOf(mute, stack.admin)("PUT", "/v1/workspaces/default/hosts/lost", {});
  expect(answer).toMatchObject({ status: 504, body: { code: "verdict-timeout" } });
  expect(await admin("GET", `/v1/changes/${String(answer.body["changeId"])}`)).toMatchObject({
    status: 404,
    body: { code: "change-unknown" },
  });
});

test.each([
  { outcomes: ["refused"] as const, status: 503, code: "log-unavailable" },
  // The first may have landed, whatever the log says of the next.
  { outcomes: ["unknown", "refused"] as const, status: 504, code: "verdict-timeout" },
])("a log whose appends are $outcomes: the answer is $code", async ({ outcomes, status, code }) => {
  let tries = 0;
  const failing = new Proxy(stack.log, {
    get: (log, name) => {
      if (name === "append") {
        return () => {
          const outcome = outcomes[Math.min(tries, outcomes.length - 1)] ?? "refused";
          tries += 1;
          return Promise.reject(new LogError("not-acknowledged", outcome, "planted"));
        };
      }
      const value: unknown = Reflect.get(log, name);
      return typeof value === "function" ? value.bind(log) : value;
    },
  });
  const replica = await stack.replica({ timing: { verdictTimeoutMs: 600 }, log: failing });
  const { nouns } = replica.context.model;
  await nouns.waiters.wait(nouns.revision, 2, 30_000);
  const client = clientOf(replica, stack.admin);
  const answer = await client("PUT", "/v1/workspaces/default/hosts/open", {});
  expect(answer).toMatchObject({ status, body: { code } });
  expect(tries).toBeGreaterThanOrEqual(outcomes.length);
});
