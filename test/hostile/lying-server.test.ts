import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { HostDeployment, RenderedDeployment } from "@titan/domain";
import {
  Agent,
  GatewayTransport,
  type StreamHandler,
  type TransportProblem,
} from "@titan/host-agent";
import { MemoryDisk } from "@titan/host-agent/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  assigned,
  rendered,
  ScriptedTransport,
} from "../../services/host-agent/src/testing/scripted-transport.ts";
import { optionsOfAgent } from "../../services/host-agent/src/testing/start-agent.ts";
import { casesOf, tryEach } from "./cases.ts";
import { hostileJson, hostileText, sentences } from "./hostile-values.ts";

/** A host that lives through a dozen lies costs some dozens of cheap cases. */
const HOSTS = casesOf(10);
const ANSWERS = casesOf(20);

const OWN = "titan.host.default.tim-pi";
const PROD = "titan.deployment.default.prod";
const TOKEN = `titan_pi_${"S".repeat(43)}`;

type Value = HostDeployment | RenderedDeployment | null;

/** One reading of one stream, and what is wrong with it. */
interface Lie {
  readonly stream: string;
  readonly installation: string;
  readonly revision: number;
  readonly key: string;
  readonly value: Value;
  /** The mark's sum, or the record's hash, is another. */
  readonly wrong: "nothing" | "sum" | "hash" | "no-begin" | "no-mark";
}

const path = fc.oneof(
  fc.constantFrom(
    "app.conf",
    "../x",
    "/etc/passwd",
    "a/../../b",
    ".titan-new-x",
    ".git/config",
    "a/b/c",
    "",
    "..",
  ),
  sentences(["a", "/", "..", ".", "\\", "\0", "~", "C:"], 6),
);
const renderedLie = fc
  .record({
    deployment: fc.constantFrom("default/prod", "default/other", "web/prod", "../x"),
    files: fc.array(fc.tuple(path, hostileText), { maxLength: 3 }),
    createdRevision: fc.constantFrom(1, 2),
  })
  .map(({ deployment, files, createdRevision }): RenderedDeployment => ({
    ...rendered(deployment, "x", createdRevision),
    files: files.map(([name, text]) => ({
      path: name,
      executable: text.length % 2 === 0,
      pieces: [{ text: text.toWellFormed(), label: null, hostName: false }],
      bytes: null,
    })),
  }));
const assignedLie = fc
  .record({
    host: fc.constantFrom("default/tim-pi", "default/tim-pi", "default/other"),
    deployment: fc.constantFrom(
      "default/prod",
      "default/prod",
      "web/prod",
      "../x",
      "default/../../x",
    ),
    createdRevision: fc.constantFrom(1, 2),
  })
  .map(({ host, deployment, createdRevision }): HostDeployment => ({
    ...assigned("default/prod", createdRevision),
    host,
    deployment,
    stream: `titan.deployment.${deployment.replace("/", ".")}`,
  }));

const lie: fc.Arbitrary<Lie> = fc
  .record({
    isOwn: fc.boolean(),
    installation: fc.constantFrom("one", "one", "one", "two"),
    revision: fc.constantFrom(1, 5, 10, 11, 12, 2 ** 53 - 1),
    own: fc.option(assignedLie),
    prod: fc.option(renderedLie),
    isElsewhere: fc.boolean(),
    wrong: fc.constantFrom("nothing", "nothing", "sum", "hash", "no-begin", "no-mark"),
  })
  .map(({ isOwn, installation, revision, own, prod, isElsewhere, wrong }): Lie => {
    const value = isOwn ? own : prod;
    const key = isElsewhere ? "default/prod" : (value?.deployment ?? "default/prod");
    return { stream: isOwn ? OWN : PROD, installation, revision, key, value, wrong };
  });

function tell(transport: ScriptedTransport, said: Lie): void {
  const handler = transport.handlers.get(said.stream);
  if (handler === undefined) return;
  const { key, revision, value, wrong } = said;
  if (wrong === "no-begin") return handler.mark({ revision, sum: 0n });
  const reading = transport.reading(said.stream, said.installation);
  if (wrong === "hash") handler.record({ key, revision, current: value, hash: 1n });
  else reading.says(key, revision, value);
  if (wrong === "sum") handler.mark({ revision, sum: 99n });
  else if (wrong !== "no-mark") reading.mark(revision);
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

test(`${HOSTS} hosts are told a dozen lies each: none ends, goes back or writes elsewhere`, async () => {
  await tryEach(
    fc.array(lie, { minLength: 1, maxLength: 12 }),
    async (lies) => {
      const disk = new MemoryDisk();
      const transport = new ScriptedTransport();
      const agent = await Agent.open(optionsOfAgent(disk, transport));
      let fault: unknown;
      const ended = agent.run().catch((error: unknown) => (fault = error));
      await turns();
      transport.reading(OWN).says("default/prod", 10, assigned("default/prod")).mark(10);
      await turns();
      transport.reading(PROD).says("default/prod", 10, rendered("default/prod", "true")).mark(10);
      await turns();
      let revision = agent.state?.revision ?? 0;
      expect(revision).toBe(10);
      for (const each of lies) {
        tell(transport, each);
        await turns();
        if (fault !== undefined) throw fault;
        expect(agent.state?.revision).toBeGreaterThanOrEqual(revision);
        revision = agent.state?.revision ?? 0;
        for (const written of Object.keys(disk.contents())) {
          if (!/^\/(run|run\/default\/prod\/.+|run\/default|state|state\/.+)\/?$/.test(written)) {
            throw new Error(`${written} was written`);
          }
          if (/\/\.\.?(\/|$)|\/\.git/.test(written)) throw new Error(`${written} was written`);
        }
      }
      agent.stop();
      await ended;
    },
    HOSTS,
  );
});

/** A server that answers as it is told, and the watch of a host on it. */
async function withServer(
  answer: RequestListener,
  use: (url: string) => Promise<void>,
): Promise<void> {
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

function gateway(server: string): GatewayTransport {
  const sleep = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const clock = { now: () => 1_000, sleep };
  return new GatewayTransport({
    server,
    token: TOKEN,
    host: "default/tim-pi",
    clock,
    random: () => 0,
  });
}

/** Watches until the reading broke off, and answers why. */
async function brokenBy(url: string, calls: string[] = []): Promise<TransportProblem> {
  const broken = Promise.withResolvers<TransportProblem>();
  const handler: StreamHandler = {
    begin: (installation) => void calls.push(`begin ${installation}`),
    record: ({ key }) => void calls.push(`record ${key}`),
    mark: ({ revision }) => void calls.push(`mark ${revision}`),
    broken: broken.resolve,
  };
  const watch = gateway(url).watch(OWN, handler);
  try {
    return await broken.promise;
  } finally {
    await watch.close();
  }
}

const eventText = fc
  .array(
    fc.tuple(
      fc.constantFrom("begin", "record", "mark", "heartbeat", "__proto__"),
      fc.oneof(
        hostileJson.map((value) => JSON.stringify(value)),
        hostileText,
        fc.constantFrom(
          '{"installation":"one"}',
          '{"revision":1,"sum":"0000000000000000"}',
          "null",
          "[]",
          '{"key":"a/b","revision":1,"current":null,"hash":"0000000000000000"}',
          "[".repeat(100_000),
        ),
      ),
    ),
    { maxLength: 4 },
  )
  .map((events) => events.map(([type, data]) => `event: ${type}\ndata: ${data}\n\n`).join(""));

test(`${ANSWERS} answers of a server break the reading off with a code, and never the agent`, async () => {
  let next = { status: 200, body: "" };
  await withServer(
    (_, response) => {
      response.writeHead(next.status, { "content-type": "text/event-stream" });
      response.end(next.body);
    },
    (url) =>
      tryEach(
        fc.record({
          status: fc.constantFrom(200, 200, 200, 204, 400, 401, 403, 404, 409, 500, 503, 599),
          body: fc.oneof(
            eventText,
            hostileText,
            hostileJson.map((value) => JSON.stringify(value)),
          ),
        }),
        async (answer) => {
          next = answer;
          const { code, detail } = await brokenBy(url);
          expect(code).toMatch(/^[a-z][a-z-]{0,63}$/);
          expect(detail).toBeTypeOf("string");
          if (detail.length > 20_000) throw new Error(`a detail of ${detail.length} characters`);
          if (detail.includes(TOKEN)) throw new Error("the token is told");
          const reported = await gateway(url).report({});
          if (reported.kind === "failed") expect(reported.problem.code).toMatch(/^[a-z][a-z-]*$/);
        },
        ANSWERS,
      ),
  );
});

/** Twice what an event may have. */
const BYTES_TAKEN_MAX = 32 * 1024 * 1024;

test.each([
  ["a problem", 500, ""],
  ["a line", 200, "data: "],
  ["an event", 200, "event: record\n"],
])("%s without end is given up, and memory does not grow with it", async (_, status, before) => {
  let written = 0;
  const chunk = Buffer.from(
    status === 200 && before.endsWith("\n") ? "data: x\n".repeat(8_192) : "x".repeat(65_536),
  );
  await withServer(
    (_request, response) => {
      response.writeHead(status, { "content-type": "text/event-stream" });
      response.write(before);
      const more = (): void => {
        while (!response.destroyed && written < 2 * BYTES_TAKEN_MAX) {
          written += chunk.length;
          if (!response.write(chunk)) return void response.once("drain", more);
        }
      };
      more();
    },
    async (url) => {
      expect((await brokenBy(url)).code).toMatch(/^[a-z-]+$/);
    },
  );
  expect(written).toBeLessThan(BYTES_TAKEN_MAX);
});
