import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { GatewayTransport } from "./gateway-transport.ts";
import type { StreamHandler } from "./transport.ts";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** How long the agent stays away after each answer, and what it tells of it. */
async function stays(answer: RequestListener, count: number): Promise<readonly unknown[]> {
  server = createServer(answer);
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const slept: unknown[] = [];
  const enough = Promise.withResolvers<void>();
  const transport = new GatewayTransport({
    server: `http://127.0.0.1:${port}`,
    token: "titan_t_secret",
    host: "default/tim-pi",
    clock: {
      now: () => 0,
      sleep: async (durationMs) => {
        slept.push(durationMs);
        if (slept.length === count) enough.resolve();
        await new Promise((resolve) => setImmediate(resolve));
      },
    },
    random: () => 0.5,
  });
  const handler: StreamHandler = {
    begin: () => {},
    record: () => {},
    mark: () => {},
    broken: ({ code }) => slept.push(code),
  };
  const watch = transport.watch("titan.host.default.tim-pi", handler);
  await enough.promise;
  await watch.close();
  return slept.slice(0, count);
}

test("a server that says when to come again is followed", async () => {
  const answer: RequestListener = (_request, response) => {
    response.writeHead(503, { "retry-after": "7", "content-type": "application/problem+json" });
    response.end(JSON.stringify({ code: "overloaded", detail: "too many" }));
  };
  expect(await stays(answer, 4)).toEqual(["overloaded", 7_500, "overloaded", 7_500]);
});

test("a server that says nothing of it is left alone for longer each time", async () => {
  const answer: RequestListener = (_request, response) => {
    response.writeHead(503).end();
  };
  expect(await stays(answer, 4)).toEqual(["unreachable", 188, "unreachable", 375]);
});
