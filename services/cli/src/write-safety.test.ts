import { expect, test } from "vitest";
import { startFakeServer } from "./testing/fake-server.ts";
import { TestShell } from "./testing/test-shell.ts";

const CREATED = {
  body: {
    changeId: "c",
    revision: 8,
    accepted: true,
    outcomes: [{ kind: "Host", key: "default/a", result: "created" }],
  },
};

test("a write whose answer is lost is sent again with the same key and the same seen revision", async () => {
  let drops = 2;
  await using server = await startFakeServer(({ method }) => {
    if (method !== "POST") return undefined;
    drops -= 1;
    return drops >= 0 ? "drop" : CREATED;
  });
  const shell = new TestShell({ TITAN_SERVER: server.url });
  const { status, stdout } = await shell.run(["create", "host", "a"]);
  expect({ status, stdout }).toEqual({ status: 0, stdout: "host/a created\nrevision 8\n" });
  const posts = server.requests.filter(({ method }) => method === "POST");
  expect(posts).toHaveLength(3);
  expect(new Set(posts.map(({ headers }) => headers["idempotency-key"]))).toEqual(
    new Set(["key-1"]),
  );
  expect(new Set(posts.map(({ headers }) => headers["titan-seen"]))).toEqual(new Set(["7"]));
  expect(new Set(posts.map(({ body }) => body)).size).toBe(1);
});

test("what is read after a write is asked for at its revision or later", async () => {
  await using server = await startFakeServer(({ method, url }) => {
    if (method === "POST") return CREATED;
    return url.startsWith("/v1/workspaces") ? { body: { items: [], revision: 8 } } : undefined;
  });
  const shell = new TestShell({ TITAN_SERVER: server.url });
  await shell.run(["create", "host", "a"]);
  await shell.run(["get", "hosts"]);
  expect(server.requests.at(-1)?.url).toBe("/v1/workspaces/default/hosts?minRevision=8");
});

test("a new installation at the same address is not asked for the revisions of the old one", async () => {
  let id = "old";
  await using server = await startFakeServer(({ method, url }) => {
    if (url === "/v1/installation") return { body: { id, revision: 1 } };
    if (method === "POST") return CREATED;
    return url.includes("minRevision")
      ? { status: 503, body: { code: "lagging", detail: "lagging" } }
      : { body: { items: [], revision: 1 } };
  });
  const shell = new TestShell({ TITAN_SERVER: server.url });
  await shell.run(["create", "host", "a"]);
  expect((await shell.run(["get", "hosts"])).status).toBe(1);
  id = "new";
  expect((await shell.run(["get", "hosts"])).status).toBe(0);
});

test.each([
  [401, "not-signed-in", 4],
  [403, "not-allowed", 4],
  [409, "already-exists", 5],
  [422, "missing-value", 5],
  [500, "internal", 1],
])(
  "a problem with status %d ends with the exit status of the contract",
  async (status, code, exit) => {
    await using server = await startFakeServer(({ method }) =>
      method === "POST" ? { status, body: { code, detail: "so it is" } } : undefined,
    );
    const ran = await new TestShell({ TITAN_SERVER: server.url }).run(["create", "host", "a"]);
    expect(ran.status).toBe(exit);
    expect(ran.stderr).toContain(`error: so it is [${code}]`);
    expect(ran.stdout).toBe("");
  },
);

test("without a server the address and what to do are said", async () => {
  const ran = await new TestShell({ TITAN_SERVER: "http://127.0.0.1:1" }).run(["get", "hosts"]);
  expect(ran.status).toBe(1);
  expect(ran.stderr).toMatch(/^error: no server at http:\/\/127\.0\.0\.1:1 .*\nhint: start one/);
});

test("a stored token is shown only to the server that it was stored for", async () => {
  await using first = await startFakeServer(() => ({
    body: { actor: "a", role: "admin", workspaces: ["*"] },
  }));
  await using second = await startFakeServer(() => ({
    body: { actor: "a", role: "admin", workspaces: ["*"] },
  }));
  const shell = new TestShell();
  await shell.run(["login", "--server", first.url, "--token", "-"], "secret\n");
  await shell.run(["whoami"]);
  await shell.run(["whoami", "--server", second.url]);
  expect(first.requests.map(({ headers }) => headers.authorization)).toEqual([
    "Bearer secret",
    "Bearer secret",
  ]);
  expect(second.requests[0]?.headers.authorization).toBeUndefined();
});
