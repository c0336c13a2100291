import { afterAll, beforeAll, expect, test } from "vitest";
import { clientOf, type Client } from "../testing/client.ts";
import { EventReader } from "../testing/event-reader.ts";
import { mintToken, seedDeployment } from "../testing/seed.ts";
import { startStack, type Stack } from "../testing/stack.ts";
import { CountingSink } from "../testing/counting-sink.ts";

const KEEP_ALIVE_MS = 200;

let stack: Stack;
let admin: Client;
let url: string;

beforeAll(async () => {
  stack = await startStack({ api: { timing: { keepAliveMs: KEEP_ALIVE_MS } } });
  admin = clientOf(stack.api, stack.admin);
  url = await stack.api.app.listen({ host: "127.0.0.1", port: 0 });
});
afterAll(async () => await stack.close());

const ROOT = { kind: "user", actor: "root", role: "admin", workspaces: ["*"] } as const;

test("a token that is taken away ends its own streams, and no others are looked at", async () => {
  const last = await seedDeployment(admin, { host: "one" });
  await seedDeployment(admin, { host: "two" });
  const streams = await Promise.all(
    ["one", "two"].map(async (host) => {
      const token = await mintToken(admin, { name: `${host}-token`, host: `default/${host}` });
      const path = `/v1/workspaces/default/hosts/${host}/stream?minRevision=${last}`;
      const stream = await EventReader.open(`${url}${path}`, token);
      await stream.until("mark");
      return stream;
    }),
  );
  const { connections } = stack.api.context;
  const other = new CountingSink(ROOT);
  connections.add(other);
  const before = other.looks;
  await admin("DELETE", "/v1/tokens/one-token");
  const end = await streams[0]?.until("end");
  expect(end?.at(-1)?.data).toMatchObject({ code: "not-allowed" });
  await admin("DELETE", "/v1/workspaces/default/hosts/two");
  const gone = await streams[1]?.until("end");
  expect(gone?.at(-1)?.data).toMatchObject({ code: "not-allowed" });
  expect([other.looks - before, other.endedWith]).toEqual([0, undefined]);
  connections.remove(other);
});

test("who lost its token while it waited is not left on", async () => {
  const { connections } = stack.api.context;
  const gone = new CountingSink({ kind: "user", actor: "nobody", role: "viewer", workspaces: [] });
  connections.add(gone);
  expect(gone.endedWith).toBe("not-allowed");
  connections.remove(gone);
});

test("every stream is kept alive once in a while, few of them at a time", async () => {
  const { connections } = stack.api.context;
  const sinks = Array.from({ length: 1_000 }, () => new CountingSink(ROOT));
  const kept = (): number => sinks.reduce((sum, { keptAlive }) => sum + keptAlive, 0);
  const mostAtOnce = 200;
  for (const sink of sinks) connections.add(sink);
  let largest = 0;
  for (let before = kept(); !sinks.every(({ keptAlive }) => keptAlive >= 2);) {
    await new Promise((resolve) => setImmediate(resolve));
    const now = kept();
    largest = Math.max(largest, now - before);
    before = now;
  }
  expect(largest).toBeLessThanOrEqual(mostAtOnce);
  const counts = sinks.map(({ keptAlive }) => keptAlive);
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  for (const sink of sinks) connections.remove(sink);
});

test("a stream that is silent says that it is there, however few there are", async () => {
  const token = await mintToken(admin, { name: "viewer", role: "viewer", workspaces: ["*"] });
  await seedDeployment(admin, { host: "three" });
  const response = await fetch(`${url}/v1/workspaces/default/hosts/three/stream`, {
    headers: { authorization: `Bearer ${token}` },
  });
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += new TextDecoder().decode(chunk);
    if (text.includes(": here\n\n")) break;
  }
  expect(text).toContain("event: begin");
});
