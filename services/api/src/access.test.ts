import { afterAll, beforeAll, expect, test } from "vitest";
import { ACCESS, requireAccessRow, type AccessRow } from "./access.ts";
import { clientOf, type Client } from "./testing/client.ts";
import { replayLines } from "./testing/replay-lines.ts";
import { mintToken, seedDeployment } from "./testing/seed.ts";
import { startStack, type Stack } from "./testing/stack.ts";

let stack: Stack;
let strangerToken: string;
let callers: Readonly<Record<string, Client>>;

beforeAll(async () => {
  stack = await startStack();
  const admin = clientOf(stack.api, stack.admin);
  await admin("PUT", "/v1/workspaces/iot", {});
  await admin("PUT", "/v1/workspaces/lab", {});
  const last = await seedDeployment(admin, { workspace: "iot" });
  await admin("GET", `/v1/workspaces/iot/deployments/prod?minRevision=${last}`);
  const token = async (body: object): Promise<Client> =>
    clientOf(stack.api, await mintToken(admin, body));
  strangerToken = await mintToken(admin, { name: "stranger", role: "editor", workspaces: ["lab"] });
  callers = {
    nobody: clientOf(stack.api),
    forged: clientOf(stack.api, `titan_root_${"A".repeat(43)}`),
    host: await token({ name: "pi", host: "iot/tim-pi" }),
    viewer: await token({ name: "viewer", role: "viewer", workspaces: ["iot"] }),
    editor: await token({ name: "editor", role: "editor", workspaces: ["iot"] }),
    stranger: clientOf(stack.api, strangerToken),
  };
});
afterAll(async () => await stack.close());

/** The path of a row in workspace iot; nothing that it names is changed by what is sent. */
function pathOf({ route }: AccessRow): string {
  return route
    .replace(":workspace", "iot")
    .replace(":host", "tim-pi")
    .replace(":deploymentWorkspace", "iot")
    .replace(":deployment", "prod")
    .replace(":workload", "temperature-sensor")
    .replace(":stream", "titan.change")
    .replace(":id", "none")
    .replace(":name", "absent");
}

/** Whether a caller came past the guard: what the route says then does not matter here. */
async function passes(caller: string, row: AccessRow): Promise<boolean> {
  const client = callers[caller];
  if (client === undefined) throw new Error(caller);
  // A revision that is never reached keeps streams from beginning.
  const body = row.method === "GET" || row.method === "DELETE" ? undefined : { wrong: true };
  const query = row.route.endsWith("/stream") ? "?unknown=1" : "";
  const { status } = await client(row.method, `${pathOf(row)}${query}`, body);
  return status !== 401 && status !== 403;
}

test("every row of the table is a route, and a route without a row is refused", () => {
  for (const { method, route } of ACCESS) {
    expect([route, stack.api.app.hasRoute({ method, url: route })]).toEqual([route, true]);
  }
  expect(() => requireAccessRow("GET", "/v1/secrets")).toThrow("missing in the access table");
});

test("whoever has no token, or a forged one, gets to what is open and nothing else", async () => {
  for (const row of ACCESS) {
    const open = row.rule === "open";
    expect([row.route, await passes("nobody", row)]).toEqual([row.route, open]);
    expect([row.route, await passes("forged", row)]).toEqual([row.route, open]);
  }
});

test("a host's token opens the routes of that host, its deployments' streams, and nothing else", async () => {
  const own = [
    "GET /v1/workspaces/:workspace/hosts/:host/stream",
    "GET /v1/workspaces/:workspace/hosts/:host/deployments",
    "PUT /v1/workspaces/:workspace/hosts/:host/status",
    "GET /v1/workspaces/:workspace/deployments/:deployment/stream",
    "GET /v1/whoami",
  ];
  for (const row of ACCESS) {
    const allowed = row.rule === "open" || own.includes(`${row.method} ${row.route}`);
    expect([row.route, await passes("host", row)]).toEqual([row.route, allowed]);
  }
  const host = callers["host"];
  expect(await host?.("GET", "/v1/workspaces/iot/hosts/other/stream")).toMatchObject({
    status: 403,
  });
  expect(await host?.("GET", "/v1/workspaces/iot/deployments/other/stream")).toMatchObject({
    status: 403,
  });
});

test("a viewer reads its workspace and writes nothing", async () => {
  for (const row of ACCESS) {
    if (row.rule === "open" || row.rule === "caller" || row.rule === "user") continue;
    const reads = row.method === "GET" && row.rule !== "admin";
    expect([row.method, row.route, await passes("viewer", row)]).toEqual([
      row.method,
      row.route,
      reads,
    ]);
  }
});

test("an editor writes workloads, targets, deployments and reports of its workspaces", async () => {
  const kinds = ["Workload", "Target", "Deployment"];
  for (const row of ACCESS.filter(({ method, rule }) => method !== "GET" && rule !== "open")) {
    const may =
      row.rule === "user" ||
      row.rule === "edits-workspace" ||
      (row.rule === "writes-kind" && kinds.includes(row.kind ?? ""));
    expect([row.method, row.route, await passes("editor", row)]).toEqual([
      row.method,
      row.route,
      may,
    ]);
  }
  const change = (kind: string, workspace: string): object => ({
    operations: [
      { action: "apply", object: { kind, metadata: { name: "x", workspace }, spec: {} } },
    ],
  });
  const editor = callers["editor"];
  expect(await editor?.("POST", "/v1/changes", change("Host", "iot"))).toMatchObject({
    status: 403,
  });
  expect(await editor?.("POST", "/v1/changes", change("Workload", "lab"))).toMatchObject({
    status: 403,
  });
  expect(await editor?.("POST", "/v1/changes", change("Workload", "default"))).toMatchObject({
    status: 403,
  });
  expect(await editor?.("POST", "/v1/changes", change("Workload", "iot"))).toMatchObject({
    status: 200,
  });
});

test("who may not see a workspace finds nothing of it in lists, the feed and the streams", async () => {
  const stranger = callers["stranger"];
  for (const row of ACCESS.filter(({ route }) => route.includes(":workspace"))) {
    expect([row.route, await passes("stranger", row)]).toEqual([row.route, false]);
  }
  for (const list of ["hosts", "deployments", "workspaces", "changes", "streams", "views"]) {
    const answer = await stranger?.("GET", `/v1/${list}`);
    expect(answer?.status).toBe(200);
    expect(answer?.text).not.toMatch(/iot|tim-pi|secretHash/);
  }
  const streams = await stranger?.("GET", "/v1/streams");
  const url = await stack.api.app.listen({ host: "127.0.0.1", port: 0 });
  for (const { stream } of (streams?.body["items"] ?? []) as { stream: string }[]) {
    const lines = await replayLines(url, strangerToken, stream);
    expect([stream, ...lines].join("")).not.toMatch(/iot|tim-pi|secretHash/);
  }
  expect(await stranger?.("GET", "/v1/streams/titan.token")).toMatchObject({ status: 404 });
});

test("an agent's token writes the status of its own host only, whatever its body says", async () => {
  const host = callers["host"];
  const body = { workspace: "iot", host: "other", incarnation: "1", sequence: 1 };
  expect((await host?.("PUT", "/v1/workspaces/iot/hosts/other/status", body))?.status).toBe(403);
  expect((await host?.("PUT", "/v1/workspaces/lab/hosts/tim-pi/status", body))?.status).toBe(403);
  const own = await host?.("PUT", "/v1/workspaces/iot/hosts/tim-pi/status", body);
  expect(own?.status).toBe(422);
  expect(await host?.("POST", "/v1/changes", { operations: [] })).toMatchObject({ status: 403 });
  expect(await host?.("GET", "/v1/streams/titan.change")).toMatchObject({ status: 403 });
});

test("what others do changes nothing that a stranger is shown: no item, count or cursor", async () => {
  const stranger = callers["stranger"];
  const admin = clientOf(stack.api, stack.admin);
  const LISTS = [
    "/v1/hosts",
    "/v1/targets",
    "/v1/templates",
    "/v1/workloads",
    "/v1/deployments",
    "/v1/assignments",
    "/v1/workspaces",
    "/v1/changes",
    "/v1/streams",
    "/v1/whoami",
    "/v1/hosts?limit=1",
    "/v1/changes?limit=1",
    "/v1/hosts?labelSelector=name%3Dtim-pi",
    "/v1/workspaces/lab/hosts",
    "/v1/workspaces/iot/hosts",
    "/v1/changes/none",
  ];
  const shown = async (): Promise<Readonly<Record<string, unknown>>> => {
    const answers: Record<string, unknown> = {};
    for (const list of LISTS) {
      const answer = await stranger?.("GET", list);
      // How far the feed is everybody may know.
      answers[list] = [answer?.status, answer?.text.replaceAll(/"revision":\d+/g, "")];
    }
    return answers;
  };
  const before = await shown();
  const change = {
    workspace: "iot",
    operations: [
      { kind: "Host", metadata: { name: "hidden", labels: { name: "tim-pi" } }, spec: {} },
      { kind: "Workload", metadata: { name: "hidden" }, spec: {} },
      { kind: "Workspace", metadata: { name: "hidden" }, spec: {} },
    ].map((object) => ({ action: "apply", object })),
  };
  const made = await admin("POST", "/v1/changes", change);
  expect(made.status).toBe(200);
  const revision = Number(made.body["revision"]);
  await admin("GET", `/v1/workspaces/iot/hosts/hidden?minRevision=${revision}`);
  expect(await shown()).toEqual(before);
  const found = await admin("GET", `/v1/changes/${String(made.body["changeId"])}`);
  expect(found.status).toBe(200);
  const hidden = await stranger?.("GET", `/v1/changes/${String(made.body["changeId"])}`);
  const none = await stranger?.("GET", "/v1/changes/00000000-0000-4000-8000-000000000000");
  expect([hidden?.status, hidden?.body.code]).toEqual([none?.status, none?.body.code]);
});
