import { connect } from "node:net";
import { expect, test } from "vitest";
import { startApi } from "./server.ts";
import { clientOf } from "./testing/client.ts";
import { EventReader } from "./testing/event-reader.ts";
import { seedDeployment } from "./testing/seed.ts";
import { startStack } from "./testing/stack.ts";

test("it listens, says when it is ready, and ends its streams when it is closed", async () => {
  const stack = await startStack();
  const last = await seedDeployment(clientOf(stack.api, stack.admin));
  const heard: string[] = [];
  const running = await startApi({
    ...stack.api.context.options,
    host: "127.0.0.1",
    port: 0,
    version: "1.2.3",
    tasks: () => [{ name: "target-delta", version: 1, status: { kind: "running", revision: 1 } }],
    onListening: (url) => heard.push(url),
  });
  expect(heard).toEqual([running.url]);
  const stream = await EventReader.open(
    `${running.url}/v1/workspaces/default/hosts/tim-pi/stream?minRevision=${last}`,
    stack.admin,
  );
  await stream.until("mark");
  expect((await fetch(`${running.url}/readyz`)).status).toBe(200);
  expect((await fetch(`${running.url}/livez`)).status).toBe(200);
  expect(await (await fetch(`${running.url}/version`)).json()).toEqual({ version: "1.2.3" });
  const metrics = await (await fetch(`${running.url}/metrics`)).text();
  expect(metrics).toContain("titan_api_streams_open 1");
  expect(metrics).toContain(
    'titan_api_requests_total{method="GET",route="/readyz",status="200"} 1',
  );
  const installation = await fetch(`${running.url}/v1/installation`, {
    headers: { authorization: `Bearer ${stack.admin}` },
  });
  expect(await installation.json()).toMatchObject({
    revision: last,
    tasks: [{ name: "target-delta", status: { kind: "running" } }],
  });
  const ended = stream.until("end");
  await running.close();
  expect((await ended).at(-1)?.data).toMatchObject({ code: "server-closing" });
  await stack.close();
});

test("a silent stream is kept alive", async () => {
  const stack = await startStack({ api: { timing: { keepAliveMs: 5 } } });
  const last = await seedDeployment(clientOf(stack.api, stack.admin));
  const url = await stack.api.app.listen({ host: "127.0.0.1", port: 0 });
  const response = await fetch(
    `${url}/v1/workspaces/default/hosts/tim-pi/stream?minRevision=${last}`,
    { headers: { authorization: `Bearer ${stack.admin}` } },
  );
  const reader = response.body?.getReader();
  let text = "";
  while (!text.includes("\n: here\n\n")) {
    text += new TextDecoder().decode((await reader?.read())?.value);
  }
  await reader?.cancel();
  await stack.close();
});

test("a reader that does not read is cut off", async () => {
  const stack = await startStack();
  const admin = clientOf(stack.api, stack.admin);
  const last = await seedDeployment(admin);
  const { port } = new URL(await stack.api.app.listen({ host: "127.0.0.1", port: 0 }));
  const socket = connect(Number(port), "127.0.0.1");
  const path = `/v1/workspaces/default/deployments/prod/stream?minRevision=${last}`;
  socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${stack.admin}\r\n\r\n`);
  const { connections } = stack.api.context;
  while (connections.size === 0) await new Promise((resolve) => setImmediate(resolve));
  socket.pause();
  // Each step sends the whole template: far more than the reader, and the system for it, hold.
  const text = "x".repeat(200_000);
  let turn = 0;
  while (connections.size > 0) {
    turn += 1;
    await admin("PATCH", "/v1/workspaces/default/templates/device-service", {
      spec: { files: { big: { text: `${turn} ${text}` } } },
    });
  }
  expect(turn).toBeGreaterThan(50);
  socket.destroy();
  await stack.close();
}, 60_000);

test("until the changes have been read nobody is let in", async () => {
  const stack = await startStack();
  const stuck = new Proxy(stack.log, {
    get: (log, name) => {
      if (name === "subscribe") return () => ({ close: async () => await Promise.resolve() });
      const value: unknown = Reflect.get(log, name);
      return typeof value === "function" ? value.bind(log) : value;
    },
  });
  const early = await stack.replica({ log: stuck });
  const answer = await clientOf(early, stack.admin)("GET", "/v1/hosts");
  expect(answer).toMatchObject({ status: 503, body: { code: "starting" } });
  expect(await clientOf(early)("GET", "/readyz")).toMatchObject({ status: 503 });
  expect(await clientOf(early)("GET", "/livez")).toMatchObject({ status: 200 });
  await stack.close();
});
