import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { AnswerTimeoutError, RawExchange, type RawRequest } from "./raw-exchange.ts";

const HANG_MS = 60_000;
/** Of the length, the API, its version, the id of the request and the client's name "us". */
const REQUEST_HEAD_BYTES = 4 + 2 + 2 + 4 + 2 + 2;

const asking = (...body: readonly string[]): RawRequest<string> => ({
  name: "Echo",
  apiKey: 7,
  apiVersion: 2,
  body: body.map((part) => Buffer.from(part)),
  read: (answer) => answer.toString(),
});

/** An exchange with a broker that does this with each thing that it reads. */
async function exchangeWith(onData: (socket: Socket, data: Buffer) => void) {
  const server = createServer((socket) => {
    socket.on("error", () => {}).on("data", (data) => onData(socket, Buffer.from(data)));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const exchange = new RawExchange("us");
  const { port } = server.address() as AddressInfo;
  const socket = connect({ host: "127.0.0.1", port, onread: exchange.onread });
  exchange.attach(socket);
  onTestFinished(() => {
    socket.destroy();
    server.close();
  });
  await once(socket, "connect");
  return { exchange, socket };
}

function answerTo(id: number, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeInt32BE(4 + body.length, 0);
  head.writeInt32BE(id, 4);
  return Buffer.concat([head, body]);
}

const idOf = (request: Buffer): number => request.readInt32BE(8);

test("a request goes out in one piece, and its answer is read", async () => {
  const { exchange } = await exchangeWith((socket, request) => {
    expect(request.readInt32BE(0)).toBe(request.length - 4);
    socket.write(answerTo(idOf(request), request.subarray(REQUEST_HEAD_BYTES)));
  });
  await expect(exchange.ask(asking("one, ", "two"), HANG_MS)).resolves.toBe("one, two");
});

test("answers find who asked, whatever their order", async () => {
  const requests: Buffer[] = [];
  const { exchange } = await exchangeWith((socket, data) => {
    for (let at = 0; at < data.length; at += 4 + data.readInt32BE(at)) {
      requests.push(data.subarray(at, at + 4 + data.readInt32BE(at)));
    }
    if (requests.length < 2) return;
    for (const request of requests.toReversed()) {
      socket.write(answerTo(idOf(request), request.subarray(REQUEST_HEAD_BYTES)));
    }
  });
  const answers = [exchange.ask(asking("a"), HANG_MS), exchange.ask(asking("b"), HANG_MS)];
  await expect(Promise.all(answers)).resolves.toEqual(["a", "b"]);
});

test("an answer to somebody else on the socket is theirs", async () => {
  const theirs = answerTo(0, Buffer.from("theirs"));
  const { exchange, socket } = await exchangeWith((broker, request) => {
    broker.write(Buffer.concat([theirs, answerTo(idOf(request), Buffer.from("ours"))]));
  });
  const heard = once(socket, "data");
  await expect(exchange.ask(asking(), HANG_MS)).resolves.toBe("ours");
  expect(await heard).toEqual([theirs]);
});

test("no answer in time is an error of its own", async () => {
  const { exchange } = await exchangeWith(() => {});
  await expect(exchange.ask(asking(), 1)).rejects.toThrow(AnswerTimeoutError);
});

test("when the broker closes in the middle of an answer, the one before it counts", async () => {
  let answered = 0;
  const { exchange, socket } = await exchangeWith((broker, data) => {
    for (let at = 0; at < data.length; at += 4 + data.readInt32BE(at)) {
      const answer = answerTo(idOf(data.subarray(at)), Buffer.from(String((answered += 1))));
      if (answered === 1) broker.write(answer);
      else broker.end(answer.subarray(0, -1));
    }
  });
  socket.on("data", () => {});
  const answers = [exchange.ask(asking("a"), HANG_MS), exchange.ask(asking("b"), HANG_MS)];
  const outcomes = await Promise.allSettled(answers);
  expect(outcomes).toMatchObject([
    { status: "fulfilled", value: "1" },
    { status: "rejected", reason: { message: "the broker closed the connection" } },
  ]);
});

test.each([
  ["the broker ends", (socket: Socket) => void socket.end()],
  ["the connection breaks", (socket: Socket) => void socket.resetAndDestroy()],
  ["what answers is no broker", (socket: Socket) => void socket.write("HTTP/1.1 400 Bad Request")],
])("when %s, who waits is told, and who asks later", async (_, onData) => {
  const { exchange, socket } = await exchangeWith(onData);
  const closed = once(socket, "close").catch(() => undefined);
  socket.on("data", () => {});
  await expect(exchange.ask(asking(), HANG_MS)).rejects.toThrow(Error);
  socket.destroy();
  await closed;
  await expect(exchange.ask(asking(), HANG_MS)).rejects.toThrow("closed the connection");
});

test("what can not be read is the error of who asked for it", async () => {
  const { exchange } = await exchangeWith((socket, request) => {
    socket.write(answerTo(idOf(request), Buffer.of()));
  });
  const request = {
    ...asking(),
    read: () => {
      throw new RangeError("cut off");
    },
  };
  await expect(exchange.ask(request, HANG_MS)).rejects.toThrow("cut off");
});
