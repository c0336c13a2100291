import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEmbeddedLog } from "@titan/event-log";
import { systemClock, type Clock } from "@titan/processor-runtime";
import { afterEach, beforeEach, expect, test } from "vitest";
import { clientOf, type Client } from "./testing/client.ts";
import { replayLines } from "./testing/replay-lines.ts";
import { mintToken, seedDeployment } from "./testing/seed.ts";
import { startStack, type Stack } from "./testing/stack.ts";

const TEN_YEARS_MS = 10 * 365 * 24 * 60 * 60 * 1_000;
const BASE = "/v1/workspaces/default";

let folder: string;
let offsetMs: number;
let log: ReturnType<typeof openEmbeddedLog>;
let stack: Stack;
let admin: Client;
let url: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "titan-clock-"));
  offsetMs = 0;
  const now = (): number => Date.now() + offsetMs;
  const clock: Clock = { ...systemClock, now };
  log = openEmbeddedLog({ path: join(folder, "log.sqlite"), now, compactEveryMs: 0 });
  stack = await startStack({ log, clock });
  admin = clientOf(stack.api, stack.admin);
  url = await stack.api.app.listen({ host: "127.0.0.1", port: 0 });
});
afterEach(async () => {
  await stack.close();
  await log.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Status {
  readonly stages: readonly { readonly stage: string; readonly commit?: string }[];
  readonly hostStates: readonly { readonly state: string }[];
}

/** A change goes all the way, and what hosts and CI say afterwards is what is shown. */
async function allWorks(step: number, host: Client): Promise<void> {
  const image = `sensor:${step}`;
  const workload = `${BASE}/workloads/temperature-sensor`;
  const write = await admin("PATCH", workload, { spec: { image } });
  expect(write).toMatchObject({ status: 200, body: { accepted: true } });
  const revision = Number(write.body["revision"]);
  const deployment = `${BASE}/deployments/prod?minRevision=${revision}`;
  const read = async (): Promise<Status & { readonly digest: string }> =>
    (await admin("GET", deployment)).body["status"] as Status & { readonly digest: string };
  const { digest } = await read();
  const said = await host("PUT", `${BASE}/hosts/tim-pi/status`, {
    hostCreatedRevision: 0,
    incarnation: "0000000000000001",
    sequence: step,
    reportedAt: 1,
    installation: stack.api.context.options.installation.id,
    revision,
    agentVersion: "1",
    deployments: [
      {
        deployment: "default/prod",
        createdRevision: 3,
        revision,
        digest,
        state: "deployed",
        drifted: false,
        error: null,
      },
    ],
    problem: null,
  });
  expect(said.status).toBe(204);
  const commit = `c${step}`;
  expect(await admin("POST", `${workload}/reports`, { kind: "source", commit })).toMatchObject({
    status: 201,
  });
  const status = await read();
  expect(status.hostStates).toMatchObject([{ state: "deployed" }]);
  expect(status.stages).toContainEqual(expect.objectContaining({ stage: "source", commit }));
  expect((await admin("GET", "/readyz")).status).toBe(200);
  const slice = "titan.deployment.default.prod";
  const lines = await replayLines(url, stack.admin, slice, `?minRevision=${revision}`);
  expect(lines.at(-2)).toContain(`"text":"image: ${image}`);
}

test("a server whose clock is ten years off, either way, goes on and never counts back", async () => {
  expect(await seedDeployment(admin)).toBe(3);
  const host = clientOf(stack.api, await mintToken(admin, { name: "pi", host: "default/tim-pi" }));
  for (const [at, offset] of [0, TEN_YEARS_MS, 0, -TEN_YEARS_MS, 0].entries()) {
    offsetMs = offset;
    await allWorks(2 * at + 1, host);
    await log.compact();
    await allWorks(2 * at + 2, host);
  }
  const { body } = await admin("GET", "/v1/changes?limit=500");
  const items = body["items"] as readonly { readonly at: string; readonly revision: number }[];
  const times = items.map(({ at }) => at);
  expect(times).toEqual(times.toSorted());
  expect(items.map(({ revision }) => revision)).toEqual(items.map((_, at) => at + 1));
  const last = items.at(-1);
  const then = await admin("GET", `${BASE}/workloads/temperature-sensor?at=${String(last?.at)}`);
  expect(then.body).toMatchObject({ spec: { image: "sensor:10" } });
});

test("a host that was heard when the clock was ahead, and is silent since, is offline", async () => {
  await seedDeployment(admin);
  const host = clientOf(stack.api, await mintToken(admin, { name: "pi", host: "default/tim-pi" }));
  offsetMs = TEN_YEARS_MS;
  await allWorks(1, host);
  offsetMs = 0;
  const { body } = await admin("GET", `${BASE}/deployments/prod`);
  expect(body["status"]).toMatchObject({ hosts: { offline: 1, deployed: 0 } });
});
