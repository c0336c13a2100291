import { afterAll, beforeAll, expect, test } from "vitest";
import { clientOf, type Client } from "../testing/client.ts";
import { replayLines } from "../testing/replay-lines.ts";
import { seedDeployment } from "../testing/seed.ts";
import { startStack, type Stack } from "../testing/stack.ts";

interface Line {
  readonly stream: string;
  readonly partition: number;
  readonly offset: number;
  readonly type: string;
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>> & { readonly revision: number };
  readonly ce: Readonly<Record<string, unknown>>;
}

let stack: Stack;
let admin: Client;
let url: string;
let seeded: number;

beforeAll(async () => {
  stack = await startStack();
  admin = clientOf(stack.api, stack.admin);
  url = await stack.api.app.listen({ host: "127.0.0.1", port: 0 });
  seeded = await seedDeployment(admin);
  await admin("GET", `/v1/workspaces/default/deployments/prod?minRevision=${seeded}`);
});
afterAll(async () => await stack.close());

async function replay(stream: string, query = ""): Promise<readonly Line[]> {
  const lines = await replayLines(url, stack.admin, stream, query);
  return lines.map((line) => JSON.parse(line) as Line);
}

test("the feed is replayed from a revision, with its events in full", async () => {
  const lines = await replay("titan.change", `?from=${seeded}`);
  expect(lines.map(({ type, value }) => [type, value.revision])).toEqual([["commit", seeded]]);
  const [first] = lines;
  expect(first).toMatchObject({
    stream: "titan.change",
    partition: 0,
    value: { accepted: true, actor: "root" },
    ce: { specversion: "1.0", type: "titan.commit" },
  });
  expect(first?.value["events"]).toHaveLength(5);
});

test("a derived stream is replayed over all of its partitions, marks included", async () => {
  const lines = await replay("titan.rendered-deployment", `?minRevision=${seeded}`);
  expect(new Set(lines.map(({ partition }) => partition))).toEqual(new Set([0, 1]));
  expect(lines.map(({ type }) => type)).toContain("mark");
  const rendered = lines.find(({ type }) => type === "rendered-deployment");
  expect(rendered).toMatchObject({ key: "default/prod", value: { op: "UPDATE", previous: null } });
  expect(rendered?.value["hash"]).toMatch(/^[0-9a-f]{16}$/);
});

test("offsets, limits, partitions and times narrow a replay", async () => {
  const all = await replay("titan.change");
  const [, second] = all;
  expect(await replay("titan.change", `?from=@${String(second?.offset)}&limit=1`)).toEqual([
    second,
  ]);
  expect(await replay("titan.change", "?from=2999-01-01T00:00:00Z")).toEqual([]);
  expect(
    (await replay("titan.host", "?partition=1")).every(({ partition }) => partition === 1),
  ).toBe(true);
});

test("a replay that follows shows what comes", async () => {
  const abort = new AbortController();
  const response = await fetch(`${url}/v1/streams/titan.workload?follow=true`, {
    headers: { authorization: `Bearer ${stack.admin}` },
    signal: abort.signal,
  });
  const reader = response.body?.getReader();
  let text = "";
  const until = async (wanted: string): Promise<void> => {
    while (!text.includes(wanted)) {
      const chunk = await reader?.read();
      text += new TextDecoder().decode(chunk?.value);
    }
  };
  await until("temperature-sensor");
  await admin("PUT", "/v1/workspaces/default/workloads/later", {});
  await until('"key":"default/later"');
  abort.abort();
});

test.each([
  ["titan.none", "", 404, "no-such-stream"],
  [`titan.deployment.${"w".repeat(63)}.${"d".repeat(63)}`, "", 404, "no-such-stream"],
  ["titan.host", "?partition=7", 400, "bad-query"],
  ["titan.host", "?from=@x", 400, "bad-query"],
  ["titan.host", "?from=yesterday", 400, "bad-query"],
  ["titan.host", "?colour=red", 400, "bad-query"],
])("replaying %s%s is a problem", async (stream, query, status, code) => {
  expect(await admin("GET", `/v1/streams/${stream}${query}`)).toMatchObject({
    status,
    body: { code },
  });
});

test("the streams are listed with their bounds, page by page", async () => {
  const all = await admin("GET", "/v1/streams");
  const names = (all.body["items"] as { stream: string }[]).map(({ stream }) => stream);
  expect(names).toContain("titan.host.default.tim-pi");
  expect(names).toEqual([...names].sort());
  const first = await admin("GET", "/v1/streams?limit=3");
  const next = await admin("GET", `/v1/streams?limit=100&cursor=${String(first.body["cursor"])}`);
  const pages = [first, next].flatMap(({ body }) => body["items"] as { stream: string }[]);
  expect(pages.map(({ stream }) => stream)).toEqual(names);
});
