import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEmbeddedLog, type TopicSpec } from "@titan/event-log";
import { afterEach, beforeEach, expect, test } from "vitest";
import { clientOf, type Client } from "./testing/client.ts";
import { startStack, type Stack } from "./testing/stack.ts";

const SIZE_BYTES_MAX = 12 * 1024 * 1024;
const BALLAST_RECORD_BYTES = 400 * 1024;
const WRITES_MAX = 400;
const BALLAST: TopicSpec = {
  name: "ballast",
  partitions: 1,
  retention: { kind: "latest", lagMs: 0 },
  durability: "rebuildable",
};

let folder: string;
let log: ReturnType<typeof openEmbeddedLog>;
let stack: Stack;
let admin: Client;
/** Name of each template whose write was acknowledged, with its revision. */
let acknowledged: Map<string, number>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "titan-full-"));
  log = openEmbeddedLog({
    path: join(folder, "log.sqlite"),
    compactEveryMs: 0,
    sizeBytesMax: SIZE_BYTES_MAX,
  });
  // What compaction can give back while everything runs.
  await log.createTopics([BALLAST]);
  for (let at = 0; at < 15; at += 1) {
    const records = [{ key: "k", value: new Uint8Array(BALLAST_RECORD_BYTES) }];
    await log.append([{ topic: BALLAST.name, partition: 0, records }]);
  }
  stack = await startStack({
    log,
    hostPartitions: 1,
    deploymentPartitions: 1,
    api: { timing: { verdictTimeoutMs: 400 } },
  });
  admin = clientOf(stack.api, stack.admin);
  acknowledged = new Map();
});
afterEach(async () => {
  await stack.close();
  await log.close();
  rmSync(folder, { recursive: true, force: true });
});

async function write(name: string, bytes: number) {
  const spec = { files: { "a.conf": { text: name.padEnd(bytes, "x") } } };
  const answer = await admin("PUT", `/v1/workspaces/default/templates/${name}`, { spec });
  if (answer.status < 300) acknowledged.set(name, Number(answer.body["revision"]));
  return answer;
}

/** Writes until the log takes no more, and answers with what writes were refused as. */
async function fill(): Promise<readonly string[]> {
  const refused: string[] = [];
  let name = 0;
  // The fuller, the smaller: the last free page is to be used as well.
  for (const bytes of [120_000, 30_000, 8_000, 8_000]) {
    for (let at = 0; at < WRITES_MAX; at += 1) {
      const { status, body } = await write(`t${(name += 1)}`, bytes);
      if (status < 300) continue;
      refused.push(String(body.code));
      if (body.code === "log-unavailable") break;
    }
  }
  return refused;
}

test("a full disk refuses writes clearly, loses nothing that was acknowledged, and is over when there is room", async () => {
  const refused = await fill();
  expect(refused).toContain("log-unavailable");
  expect(acknowledged.size).toBeGreaterThan(5);
  for (const code of refused) expect(["log-unavailable", "verdict-timeout"]).toContain(code);
  const again = await write("small", 8_000);
  expect([again.status, again.body.code]).toEqual([503, "log-unavailable"]);
  expect(again.headers["retry-after"]).toBe("5");
  // Reading goes on meanwhile.
  expect((await admin("GET", "/v1/workspaces/default/templates/t1")).status).toBe(200);

  await log.compact();
  const names = ["room-1", "room-2", "room-3"];
  let last = 0;
  for (const name of names) {
    await expect
      .poll(async () => (await write(name, 8_000)).status, { timeout: 20_000 })
      .toBeLessThan(300);
    last = acknowledged.get(name) ?? 0;
  }
  // The views held on too, and caught up.
  const all = await admin("GET", `/v1/hosts?minRevision=${last}`);
  expect(all.status).toBe(200);
  expect((await admin("GET", `/v1/assignments?minRevision=${last}`)).status).toBe(200);

  const fresh = await stack.replica();
  const { nouns } = fresh.context.model;
  expect(await nouns.waiters.wait(nouns.revision, last, 20_000)).toBe(true);
  for (const [name, revision] of acknowledged) {
    const path = `/v1/workspaces/default/templates/${name}`;
    const read = await clientOf(fresh, stack.admin)("GET", `${path}?at=${revision}`);
    expect(read.text.includes(`"text":"${name}`), name).toBe(true);
  }
});
