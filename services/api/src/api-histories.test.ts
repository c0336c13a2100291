import { createSimulatedLog, type SimulatedLog } from "@titan/event-log/testing";
import { decodeAs } from "@titan/schema-codec";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Api } from "./create-api.ts";
import { clientOf, type Client } from "./testing/client.ts";
import { replayLines } from "./testing/replay-lines.ts";
import { mintToken } from "./testing/seed.ts";
import { startStack, type Stack } from "./testing/stack.ts";

/** The histories of PROTOCOL.md section 11 that end at the API. */

const HOST = "/v1/workspaces/default/hosts/tim-pi";
const STATUS_TOPIC = "titan.host-status";
const ONE_EACH = { hostPartitions: 1, deploymentPartitions: 1 };

let log: SimulatedLog;
let stack: Stack;
let admin: Client;

beforeEach(async () => {
  log = createSimulatedLog();
  stack = await startStack({ log, ...ONE_EACH });
  admin = clientOf(stack.api, stack.admin);
});
afterEach(async () => await stack.close());

async function makeHost(): Promise<number> {
  const made = await admin("PUT", HOST, {});
  expect(made.status).toBe(201);
  return Number(made.body["revision"]);
}

/** `agentVersion` tells the reports apart. */
async function report(
  agentVersion: string,
  hostCreatedRevision: number,
  reporter: { readonly incarnation: string; readonly sequence: number },
): Promise<number> {
  const { status } = await admin("PUT", `${HOST}/status`, {
    hostCreatedRevision,
    ...reporter,
    reportedAt: 1,
    installation: stack.api.context.options.installation.id,
    revision: 5,
    agentVersion,
    deployments: [],
    problem: null,
  });
  return status;
}

/** What a replica shows as the last report. */
async function shown(api: Api): Promise<unknown> {
  const { body } = await clientOf(api, stack.admin)("GET", HOST);
  const { lastReport } = body["status"] as {
    readonly lastReport?: { readonly agentVersion: string };
  };
  return lastReport?.agentVersion;
}

/** What is said last in the log: what a reader would believe that does not order the reports. */
function lastInLog(): string | undefined {
  const record = log.peek(STATUS_TOPIC, 0).at(-1);
  return record && decodeAs("host-status", record.value).agentVersion;
}

/** A copy of a report lands again, past the API. */
async function landsAgain(at: number): Promise<void> {
  const record = log.peek(STATUS_TOPIC, 0)[at];
  if (record === undefined) throw new Error(`there is no report ${at}`);
  const { key, value } = record;
  const [offset] = await log.append([
    { topic: STATUS_TOPIC, partition: 0, records: [{ key, value }] },
  ]);
  const { observations } = stack.api.context.model;
  expect(await observations.waitFor(STATUS_TOPIC, 0, offset ?? 0, 10_000)).toBe(true);
}

/** Another replica that has read everything that is there. */
async function fresh(): Promise<Api> {
  const { nouns, observations } = stack.api.context.model;
  const api = await stack.replica();
  const { model } = api.context;
  expect(await model.nouns.waiters.wait(model.nouns.revision, nouns.revision, 10_000)).toBe(true);
  const { end } = await log.bounds(STATUS_TOPIC, 0);
  if (end > 0) {
    expect(await model.observations.waitFor(STATUS_TOPIC, 0, end - 1, 10_000)).toBe(true);
  }
  expect(observations.caughtUp).toBe(true);
  return api;
}

test("history 3: a host reports twice at one revision, and its reporter restarts with a lower sequence", async () => {
  const created = await makeHost();
  expect(await report("first", created, { incarnation: "0001", sequence: 7 })).toBe(204);
  expect(await report("second", created, { incarnation: "0001", sequence: 8 })).toBe(204);
  expect(await shown(stack.api)).toBe("second");
  await landsAgain(0);
  expect(lastInLog()).toBe("first");
  expect(await shown(stack.api)).toBe("second");
  expect(await report("restarted", created, { incarnation: "0002", sequence: 1 })).toBe(204);
  expect(await shown(stack.api)).toBe("restarted");
  expect(await report("late", created, { incarnation: "0001", sequence: 9 })).toBe(409);
  await landsAgain(0);
  expect(lastInLog()).toBe("first");
  expect(await shown(stack.api)).toBe("restarted");
  expect(await shown(await fresh())).toBe("restarted");
});

test("history 3: a host is deleted and made again: what was said of the old one counts for nothing", async () => {
  const created = await makeHost();
  await report("old", created, { incarnation: "0009", sequence: 9 });
  await admin("DELETE", HOST);
  const again = await makeHost();
  expect(await shown(stack.api)).toBeUndefined();
  expect(await report("late", created, { incarnation: "0009", sequence: 10 })).toBe(409);
  expect(await report("new", again, { incarnation: "0001", sequence: 1 })).toBe(204);
  expect(await shown(stack.api)).toBe("new");
  await landsAgain(0);
  expect(lastInLog()).toBe("old");
  expect(await shown(stack.api)).toBe("new");
  expect(await shown(await fresh())).toBe("new");
});

test("history 7: a token's host is deleted and made again: the old token opens nothing, on every replica", async () => {
  await makeHost();
  const token = await mintToken(admin, { name: "pi", host: "default/tim-pi" });
  const replicas = [stack.api, await fresh()];
  for (const api of replicas) {
    expect(await clientOf(api, token)("GET", "/v1/whoami")).toMatchObject({ status: 200 });
  }
  await admin("DELETE", HOST);
  const again = await makeHost();
  // By their names alone both are there: the incarnation that the token holds keeps it out.
  expect(await admin("GET", "/v1/tokens/pi")).toMatchObject({
    status: 200,
    body: { spec: { host: "default/tim-pi" } },
  });
  for (const api of [...replicas, await fresh()]) {
    const { nouns } = api.context.model;
    expect(await nouns.waiters.wait(nouns.revision, again, 10_000)).toBe(true);
    const old = clientOf(api, token);
    for (const path of ["/v1/whoami", `${HOST}/stream`, `${HOST}/deployments`]) {
      expect(await old("GET", path), path).toMatchObject({ status: 401 });
    }
    expect(await old("PUT", `${HOST}/status`, {})).toMatchObject({ status: 401 });
  }
  const second = await mintToken(admin, { name: "pi-2", host: "default/tim-pi" });
  expect(await clientOf(stack.api, second)("GET", "/v1/whoami")).toMatchObject({ status: 200 });
});

const apply = (kind: string, name: string, rest: object) => ({
  action: "apply",
  object: { kind, metadata: { name, workspace: "default", ...rest }, spec: {} },
});

test("history 11: a change of a thousand operations is replayed with previous and current", async () => {
  const hosts = (site: string) =>
    Array.from({ length: 1_000 }, (_, at) => apply("Host", `h${at}`, { labels: { site } }));
  const first = await admin("POST", "/v1/changes", { operations: hosts("lab") });
  const second = await admin("POST", "/v1/changes", { operations: hosts("barn") });
  expect([first.status, second.status]).toEqual([200, 200]);
  const revision = Number(second.body["revision"]);
  expect(revision).toBe(Number(first.body["revision"]) + 1);
  expect(second.body["outcomes"]).toHaveLength(1_000);

  const url = await stack.api.app.listen({ host: "127.0.0.1", port: 0 });
  const query = `?from=${revision}&minRevision=${revision}`;
  const lines = await replayLines(url, stack.admin, "titan.host", query);
  expect(lines).toHaveLength(1_000);
  for (const line of lines) {
    expect(line).toContain('"previous":{');
    expect(JSON.parse(line)).toMatchObject({
      value: {
        revision,
        previous: { labels: { site: "lab" } },
        current: { labels: { site: "barn" } },
      },
    });
  }
});

test("history 11: a change that is too large to commit is refused as a whole, and the next is made", async () => {
  const template = (name: string, letter: string) => ({
    action: "apply",
    object: {
      kind: "Template",
      metadata: { name, workspace: "default" },
      spec: { files: { "a.conf": { text: letter.repeat(240 * 1024) } } },
    },
  });
  const send = async (letter: string, names: readonly string[]) =>
    await admin("POST", "/v1/changes", { operations: names.map((name) => template(name, letter)) });
  expect(await send("x", ["a", "b"])).toMatchObject({ status: 200 });
  // The proposal fits in a record; with what each template was before, the commit does not.
  const refused = await send("y", ["a", "b"]);
  expect(refused).toMatchObject({ status: 422, body: { code: "commit-too-large" } });
  for (const name of ["a", "b"]) {
    const { text } = await admin("GET", `/v1/workspaces/default/templates/${name}`);
    expect(text).not.toContain("y".repeat(100));
  }
  expect(await send("y", ["a"])).toMatchObject({ status: 200 });
});
