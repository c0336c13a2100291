import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { expect, test } from "vitest";
import { eventually } from "../flows/eventually.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

/** A server that says everything back, and remembers what it was told. */
class Echo implements AsyncDisposable {
  readonly #server = createServer({ allowHalfOpen: true }, (socket) => {
    this.sockets.add(socket);
    socket.on("data", (bytes: Buffer) => {
      this.heard += bytes.toString();
      socket.write(bytes);
    });
    socket.on("end", () => {
      this.ends += 1;
      socket.end();
    });
    socket.on("error", () => {});
    socket.on("close", () => this.sockets.delete(socket));
  });
  readonly sockets = new Set<Socket>();
  heard = "";
  ends = 0;

  async listen(): Promise<number> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A client that remembers what it heard. */
class Client implements Disposable {
  readonly socket: Socket;
  heard = "";
  ended = false;
  error: string | undefined;

  constructor(proxy: TcpProxy) {
    this.socket = connect({ port: proxy.port, host: "127.0.0.1", allowHalfOpen: true });
    this.socket.on("data", (bytes: Buffer) => (this.heard += bytes.toString()));
    this.socket.on("end", () => (this.ended = true));
    this.socket.on("error", (error: NodeJS.ErrnoException) => (this.error = error.code));
  }

  say(text: string): void {
    this.socket.write(text);
  }

  /** Says it and waits until it came back. */
  async hears(text: string): Promise<void> {
    const before = this.heard.length;
    this.say(text);
    await eventually(`the echo of ${text}`, () => this.heard.slice(before) === text);
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

test("bytes go through, however many, and an end comes behind them", async () => {
  await using echo = new Echo();
  await using proxy = await startTcpProxy(await echo.listen());
  using client = new Client(proxy);
  const much = "0123456789".repeat(2_000_000);
  client.socket.end(much);
  await eventually("the end of the echo", () => client.ended);
  expect(client.heard === much).toBe(true);
  await eventually("no connection", () => proxy.connections === 0);
});

test("a cut resets what is connected, and the next connection works", async () => {
  await using echo = new Echo();
  await using proxy = await startTcpProxy(await echo.listen());
  using client = new Client(proxy);
  await client.hears("one");
  proxy.cut();
  await eventually("the reset", () => client.error === "ECONNRESET");
  await eventually("the server's end", () => echo.sockets.size === 0);
  using next = new Client(proxy);
  await next.hears("two");
});

test("a server that resets its connection resets that of the client", async () => {
  await using echo = new Echo();
  await using proxy = await startTcpProxy(await echo.listen());
  using client = new Client(proxy);
  await client.hears("one");
  for (const socket of echo.sockets) socket.resetAndDestroy();
  await eventually("the reset", () => client.error === "ECONNRESET");
});

test("a proxy whose target does not listen resets", async () => {
  const echo = new Echo();
  const port = await echo.listen();
  await echo[Symbol.asyncDispose]();
  await using proxy = await startTcpProxy(port);
  using client = new Client(proxy);
  await eventually("the reset", () => client.error === "ECONNRESET");
});

test("who refuses keeps what is connected, and accepts again at the same port", async () => {
  await using echo = new Echo();
  await using proxy = await startTcpProxy(await echo.listen());
  const { port } = proxy;
  using client = new Client(proxy);
  await client.hears("one");
  await proxy.refuse();
  using refused = new Client(proxy);
  await eventually("the refusal", () => refused.error === "ECONNREFUSED");
  await client.hears("two");
  await proxy.accept();
  expect(proxy.port).toBe(port);
  using next = new Client(proxy);
  await next.hears("three");
});

test("a delay keeps the order and is never shorter than it says", async () => {
  const delayMs = 50;
  await using echo = new Echo();
  await using proxy = await startTcpProxy(await echo.listen());
  using client = new Client(proxy);
  await client.hears("one");
  proxy.delay(delayMs);
  const startedAt = performance.now();
  await client.hears("two");
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(2 * delayMs);
  client.say("three");
  await eventually("the request at the proxy", () => client.socket.bytesWritten === 11);
  proxy.delay(0);
  client.say("four");
  await eventually("the echo", () => client.heard === "onetwothreefour");
});

test("what is frozen arrives when it thaws, also on a connection made in between", async () => {
  await using echo = new Echo();
  const port = await echo.listen();
  await using proxy = await startTcpProxy(port);
  using client = new Client(proxy);
  await client.hears("one");
  proxy.freeze();
  client.say("two");
  using next = new Client(proxy);
  next.say("three");
  await eventually("both connections", () => proxy.connections === 2);
  // What could go through would be there before this: it goes by a proxy that is not frozen.
  await using other = await startTcpProxy(port);
  using witness = new Client(other);
  await witness.hears("four");
  expect(echo.heard).toBe("onefour");
  proxy.thaw();
  await eventually("both echoes", () => client.heard === "onetwo" && next.heard === "three");
});

test("a dropped answer is lost though the request arrived; then the connection is reset", async () => {
  await using echo = new Echo();
  await using proxy = await startTcpProxy(await echo.listen());
  using client = new Client(proxy);
  using quiet = new Client(proxy);
  await client.hears("one");
  await quiet.hears("two");
  proxy.dropAnswers();
  client.say("three");
  await eventually("the loss", () => proxy.lostAnswerBytes === "three".length);
  expect(echo.heard).toBe("onetwothree");
  proxy.passAnswers();
  await eventually("the reset", () => client.error === "ECONNRESET");
  expect(client.heard).toBe("one");
  await quiet.hears("four");
});

test("a server that goes while its answers are dropped is not missed", async () => {
  await using echo = new Echo();
  await using proxy = await startTcpProxy(await echo.listen());
  using client = new Client(proxy);
  await client.hears("one");
  proxy.dropAnswers();
  for (const socket of echo.sockets) socket.resetAndDestroy();
  using next = new Client(proxy);
  next.say("two");
  await eventually("the request", () => echo.heard === "onetwo");
  expect([client.ended, client.error]).toEqual([false, undefined]);
  proxy.passAnswers();
  await eventually("the reset", () => client.error === "ECONNRESET");
});

test("a client that is told of the end can still send", async () => {
  await using echo = new Echo();
  await using proxy = await startTcpProxy(await echo.listen());
  using client = new Client(proxy);
  await client.hears("one");
  proxy.halfClose("client");
  await eventually("the end", () => client.ended);
  client.say("two");
  await eventually("the request", () => echo.heard === "onetwo");
  expect(client.heard).toBe("one");
  client.socket.end();
  await eventually("no connection", () => proxy.connections === 0);
});

test("a server that is told of the end closes, and the client learns nothing", async () => {
  await using echo = new Echo();
  await using proxy = await startTcpProxy(await echo.listen());
  using client = new Client(proxy);
  await client.hears("one");
  proxy.halfClose("server");
  await eventually("the server's end", () => echo.ends === 1 && echo.sockets.size === 0);
  client.say("two");
  using next = new Client(proxy);
  await next.hears("three");
  expect(echo.heard).toBe("onethree");
  expect([client.ended, client.error, client.heard]).toEqual([false, undefined, "one"]);
});

test("a proxy that is closed has reset its connections and is not found", async () => {
  await using echo = new Echo();
  const proxy = await startTcpProxy(await echo.listen());
  using client = new Client(proxy);
  await client.hears("one");
  await proxy.close();
  await eventually("the reset", () => client.error === "ECONNRESET");
  using next = new Client(proxy);
  await eventually("the refusal", () => next.error === "ECONNREFUSED");
});
