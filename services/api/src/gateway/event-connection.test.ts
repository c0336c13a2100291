import Fastify, { type FastifyInstance } from "fastify";
import { connect, type AddressInfo, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { EventConnection, type ReaderLimits } from "./event-connection.ts";
import { WaitingReaders } from "./waiting-readers.ts";

const HANG_MS = 60_000;
const MIB = 1_024 * 1_024;
const CALLER = { kind: "user", actor: "root", role: "admin", workspaces: [] } as const;
/** More than the buffers of both kernels hold together. */
const LARGE = "x".repeat(32 * MIB);

let app: FastifyInstance;
let all: WaitingReaders;
let limits: ReaderLimits;
let opened: PromiseWithResolvers<EventConnection>;
let closed: PromiseWithResolvers<void>;
const sockets: Socket[] = [];

beforeEach(async () => {
  all = new WaitingReaders(64 * MIB);
  limits = { waitingBytesMax: 48 * MIB, stuckMs: 60_000, lastEventMs: 5_000 };
  opened = Promise.withResolvers();
  closed = Promise.withResolvers();
  app = Fastify({ forceCloseConnections: true });
  app.get("/", (_request, reply) => {
    const { resolve: onClose } = closed;
    opened.resolve(
      new EventConnection(reply, { caller: CALLER, headers: {}, all, limits, onClose }),
    );
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await app.close();
});

function open(): Socket {
  const { port } = app.server.address() as AddressInfo;
  const socket = connect({ host: "127.0.0.1", port }).pause();
  sockets.push(socket);
  socket.on("error", () => {});
  socket.write("GET / HTTP/1.1\r\nHost: titan\r\n\r\n");
  return socket;
}

test("nothing more is kept for a reader that is behind, and what waits is counted", async () => {
  const socket = open();
  const connection = await opened.promise;
  connection.send(LARGE);
  connection.keepAlive();
  connection.keepAlive();
  const { waitingBytes } = connection;
  expect(all.bytes).toBe(waitingBytes);
  connection.keepAlive();
  expect(connection.waitingBytes).toBe(waitingBytes);
  let read = 0;
  socket.on("data", (chunk) => (read += chunk.length));
  socket.resume();
  await connection.drained();
  expect(connection.waitingBytes).toBe(0);
  connection.keepAlive();
  expect([all.bytes, all.count]).toEqual([0, 0]);
  expect(connection.closed).toBe(false);
  expect(read).toBeGreaterThan(LARGE.length / 2);
});

test("a reader that takes nothing is cut off after a while, and forgotten", async () => {
  limits = { ...limits, stuckMs: 100 };
  open();
  const connection = await opened.promise;
  connection.send(LARGE);
  connection.keepAlive();
  await closed.promise;
  expect(connection.closed).toBe(true);
  expect([all.bytes, all.count]).toEqual([0, 0]);
});

test("an idle reader stays, however long it is", async () => {
  limits = { ...limits, stuckMs: 1 };
  const socket = open().resume();
  const connection = await opened.promise;
  connection.keepAlive();
  for (let round = 0; round < 5; round += 1) {
    const heard = new Promise((resolve) => socket.once("data", resolve));
    connection.keepAlive();
    await heard;
  }
  expect(connection.closed).toBe(false);
});

test("a reader for which too much waits is told so and ended", async () => {
  limits = { ...limits, waitingBytesMax: MIB };
  const socket = open();
  const connection = await opened.promise;
  connection.send(LARGE);
  await closed.promise;
  expect(connection.closed).toBe(true);
  let last = "";
  const told = new Promise<void>((resolve) => {
    socket.on("data", (chunk) => {
      last = (last + chunk.toString("latin1")).slice(-1_000);
      if (last.includes('event: end\ndata: {"code":"too-slow"')) resolve();
    });
  });
  socket.resume();
  await told;
});

test("who does not read its last event is not waited for", async () => {
  limits = { ...limits, lastEventMs: 50 };
  open();
  const connection = await opened.promise;
  connection.send(LARGE);
  connection.end("not-allowed", "the token opens this no longer");
  await vi.waitFor(
    async () => {
      const count = await new Promise((resolve) =>
        app.server.getConnections((_error, open) => resolve(open)),
      );
      expect(count).toBe(0);
    },
    { timeout: HANG_MS },
  );
});

test("readers that are stuck together hold no more than is kept for all", async () => {
  const count = 4;
  const gone = Promise.withResolvers<void>();
  all = new WaitingReaders(40 * MIB);
  closed = gone;
  const connections: EventConnection[] = [];
  for (let at = 0; at < count; at += 1) {
    opened = Promise.withResolvers();
    open();
    connections.push(await opened.promise);
  }
  for (const connection of connections) connection.send(LARGE);
  await gone.promise;
  expect(connections.map((connection) => connection.closed)).toEqual([true, true, true, false]);
  expect(all.bytes).toBeLessThanOrEqual(40 * MIB);
  expect(all.count).toBe(1);
});
