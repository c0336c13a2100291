import { fromJson } from "@titan/schema-codec";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clientOf, type Client } from "../testing/client.ts";
import { EventReader } from "../testing/event-reader.ts";
import { mintToken, seedDeployment } from "../testing/seed.ts";
import { startStack, type Stack } from "../testing/stack.ts";
import { ADMISSION_LIMITS } from "./admission.ts";

let stack: Stack;
let admin: Client;
let url: string;
let seeded: number;

beforeAll(async () => {
  stack = await startStack();
  admin = clientOf(stack.api, stack.admin);
  url = await stack.api.app.listen({ host: "127.0.0.1", port: 0 });
  seeded = await seedDeployment(admin);
});
afterAll(async () => await stack.close());

test("a host reads its slice with its token, and then what changes", async () => {
  const token = await mintToken(admin, { name: "pi-token", host: "default/tim-pi" });
  const stream = await EventReader.open(
    `${url}/v1/workspaces/default/hosts/tim-pi/stream?minRevision=${seeded}`,
    token,
  );
  const [begin, record, mark] = await stream.until("mark");
  expect(begin?.data).toMatchObject({ stream: "titan.host.default.tim-pi" });
  expect(record?.data).toMatchObject({
    key: "default/prod",
    current: { host: "default/tim-pi", stream: "titan.deployment.default.prod" },
  });
  expect(mark?.data).toMatchObject({ count: 1, sum: record?.data["hash"] });
  const { installation } = stack.api.context.options;
  expect(mark?.id).toBe(`${installation.id}:${String(mark?.data["revision"])}`);

  const rendered = await EventReader.open(
    `${url}/v1/workspaces/default/deployments/prod/stream`,
    token,
  );
  const [, files, sum] = await rendered.until("mark");
  expect(sum?.data["sum"]).toBe(files?.data["hash"]);
  const { current } = fromJson("rendered-deployment", {
    op: "UPDATE",
    index: 0,
    previous: null,
    ...files?.data,
  });
  expect(current?.files[0]?.pieces.map(({ text }) => text)).toContain("image: sensor:1\nhost: ");
  rendered.close();

  await admin("DELETE", "/v1/workspaces/default/deployments/prod");
  const [gone, after] = await stream.until("mark");
  expect(gone?.data).toMatchObject({ key: "default/prod", current: null });
  expect(after?.data).toMatchObject({ count: 0, sum: "0000000000000000" });
  stream.close();
  seeded = await seedDeployment(admin);
});

test("a deleted host hears what it loses, and its token opens nothing", async () => {
  const last = await seedDeployment(admin, { host: "old-pi", workspace: "default" });
  const token = await mintToken(admin, { name: "old-token", host: "default/old-pi" });
  const path = "/v1/workspaces/default/hosts/old-pi/stream";
  const stream = await EventReader.open(`${url}${path}?minRevision=${last}`, token);
  expect(await stream.until("mark")).toHaveLength(3);
  await admin("DELETE", "/v1/workspaces/default/hosts/old-pi");
  const rest = await stream.until("end");
  expect(rest.map(({ event }) => event)).toEqual(["record", "mark", "end"]);
  expect(rest[0]?.data["current"]).toBe(null);
  const host = clientOf(stack.api, token);
  expect(await host("GET", path)).toMatchObject({ status: 401 });
  await seedDeployment(admin, { host: "old-pi" });
  expect(await host("GET", path)).toMatchObject({ status: 401 });
  await seedDeployment(admin);
});

test("what changed since a cut is a difference only for whoever followed from there", async () => {
  const path = "/v1/workspaces/default/hosts/tim-pi/deployments";
  const start = await seedDeployment(admin);
  const all = await admin("GET", `${path}?minRevision=${start}`);
  expect(all.body).toMatchObject({
    complete: true,
    deployments: [{ deployment: "default/prod", files: [{ path: "app.yaml" }] }],
    deleted: [],
  });
  const cut = Number(all.body["cut"]);
  expect(JSON.stringify(all.body)).toContain("image: sensor:1\\nhost: tim-pi\\n");
  const image = await admin("PATCH", "/v1/workspaces/default/workloads/temperature-sensor", {
    spec: { image: "sensor:2" },
  });
  const second = Number(image.body["revision"]);
  const changed = await admin("GET", `${path}?since=${cut}&minRevision=${second}`);
  expect(changed.body).toMatchObject({
    complete: false,
    deployments: [{ deployment: "default/prod" }],
    deleted: [],
  });
  const none = await admin("GET", `${path}?since=${String(changed.body["cut"])}`);
  expect(none.body).toMatchObject({ complete: false, deployments: [], deleted: [] });
  const gone = await admin("DELETE", "/v1/workspaces/default/deployments/prod");
  const third = Number(gone.body["revision"]);
  const deleted = await admin("GET", `${path}?since=${cut}&minRevision=${third}`);
  expect(deleted.body).toMatchObject({
    complete: false,
    deployments: [],
    deleted: ["default/prod"],
  });

  const newer = await stack.replica();
  const other = clientOf(newer, stack.admin);
  const { nouns } = newer.context.model;
  await nouns.waiters.wait(nouns.revision, third, 30_000);
  const complete = await other("GET", `${path}?since=${cut}&minRevision=${third}`);
  expect(complete.body).toMatchObject({ complete: true, deployments: [], deleted: [] });
});

test("a revision above what is worked out is waited for, and then said to lag", async () => {
  const replica = await stack.replica({ timing: { lagTimeoutMs: 50 } });
  const { nouns } = replica.context.model;
  await nouns.waiters.wait(nouns.revision, 2, 30_000);
  const client = clientOf(replica, stack.admin);
  await seedDeployment(client);
  const answer = await client("GET", "/v1/workspaces/default/hosts/tim-pi/deployments?since=99999");
  expect(answer).toMatchObject({ status: 503, body: { code: "lagging" } });
  expect(answer.body["lagging"]).toBeInstanceOf(Array);
});

test("who comes while too many begin to watch is told when to come again", async () => {
  const { admission } = stack.api.context.gateway;
  const holding = Promise.withResolvers<void>();
  const held = Array.from({ length: ADMISSION_LIMITS.waitingMax }, () =>
    admission.admit(() => holding.promise),
  );
  const path = "/v1/workspaces/default/hosts/tim-pi/stream";
  expect(await admin("GET", path)).toMatchObject({
    status: 503,
    headers: { "retry-after": "1" },
    body: { code: "overloaded" },
  });
  const list = await admin("GET", "/v1/workspaces/default/hosts");
  expect(list.status).toBe(200);
  holding.resolve();
  await Promise.all(held);
  const stream = await EventReader.open(`${url}${path}`, stack.admin);
  await stream.until("mark");
  stream.close();
});
