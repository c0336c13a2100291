import { afterAll, beforeAll, expect, test } from "vitest";
import { clientOf, type Client } from "../testing/client.ts";
import { EventReader, type ReadEvent } from "../testing/event-reader.ts";
import { mintToken } from "../testing/seed.ts";
import { startStack, type Stack } from "../testing/stack.ts";

let stack: Stack;
let admin: Client;

beforeAll(async () => {
  stack = await startStack({ views: false });
  admin = clientOf(stack.api, stack.admin);
  await admin("PUT", "/v1/workspaces/iot", {});
  const operations = ["default", "iot"].flatMap((workspace) =>
    Array.from({ length: 10 }, (_, at) => ({
      action: "apply",
      object: {
        kind: "Host",
        metadata: {
          workspace,
          name: `h${at}`,
          labels: { parity: at % 2 === 0 ? "even" : "odd", ...(at < 3 ? { small: "" } : {}) },
        },
        spec: {},
      },
    })),
  );
  await admin("POST", "/v1/changes", { operations });
});
afterAll(async () => await stack.close());

interface Item {
  readonly metadata: { readonly name: string; readonly workspace: string };
}

async function names(client: Client, url: string): Promise<readonly string[]> {
  const { body } = await client("GET", url);
  const items = (body["items"] ?? []) as readonly Item[];
  return items.map(({ metadata }) => `${metadata.workspace}/${metadata.name}`);
}

test("a list is of one workspace, or of all that the caller may see", async () => {
  expect(await names(admin, "/v1/hosts")).toHaveLength(20);
  expect(await names(admin, "/v1/workspaces/iot/hosts")).toHaveLength(10);
  const viewer = clientOf(
    stack.api,
    await mintToken(admin, { name: "v", role: "viewer", workspaces: ["default"] }),
  );
  expect(new Set((await names(viewer, "/v1/hosts")).map((key) => key.split("/")[0]))).toEqual(
    new Set(["default"]),
  );
});

test.each([
  ["parity=even", 10],
  ["parity=even,small", 4],
  ["parity!=even", 10],
  ["parity in (even,odd),!small", 14],
  ["nothing", 0],
])("labelSelector=%s finds %i hosts", async (selector, count) => {
  const url = `/v1/hosts?labelSelector=${encodeURIComponent(selector)}`;
  expect(await names(admin, url)).toHaveLength(count);
});

test("pages go on where the first began, whatever is written meanwhile", async () => {
  const first = await admin("GET", "/v1/hosts?limit=7");
  await admin("DELETE", "/v1/workspaces/iot/hosts/h5");
  await admin("PUT", "/v1/workspaces/iot/hosts/h55", {});
  const seen = (first.body["items"] as readonly Item[]).length;
  const cursor = String(first.body["cursor"]);
  const second = await admin("GET", `/v1/hosts?limit=100&cursor=${cursor}`);
  expect(second.body["revision"]).toBe(first.body["revision"]);
  const rest = second.body["items"] as readonly Item[];
  expect(seen + rest.length).toBe(20);
  expect(rest.map(({ metadata }) => metadata.name)).toContain("h5");
  expect(second.body["cursor"]).toBeUndefined();
});

test("a list at an earlier revision is what it was", async () => {
  const now = Number((await admin("GET", "/v1/hosts")).body["revision"]);
  const before = await names(admin, `/v1/hosts?at=${now}`);
  await admin("PUT", "/v1/workspaces/default/hosts/new", {
    metadata: { labels: { parity: "new" } },
  });
  expect(await names(admin, `/v1/hosts?at=${now}`)).toEqual(before);
  expect(await names(admin, "/v1/hosts?labelSelector=parity%3Dnew")).toEqual(["default/new"]);
  expect(await names(admin, `/v1/hosts?at=${now}&labelSelector=parity%3Dnew`)).toEqual([]);
});

test.each([
  ["limit=0", 400, "bad-query"],
  ["limit=x", 400, "bad-query"],
  ["cursor=x", 400, "bad-query"],
  ["labelSelector=%3D", 400, "bad-query"],
  ["at=soon", 400, "bad-query"],
  ["at=0", 410, "gone"],
])("%s is a problem", async (query, status, code) => {
  expect(await admin("GET", `/v1/hosts?${query}`)).toMatchObject({ status, body: { code } });
});

async function listening(): Promise<string> {
  const { app } = stack.api;
  return app.server.listening ? app.listeningOrigin : app.listen({ host: "127.0.0.1", port: 0 });
}

test("a watch begins with the list, goes on with what happens, and resumes from a revision", async () => {
  const url = await listening();
  const path = `${url}/v1/workspaces/iot/hosts?watch=true&labelSelector=small`;
  const watch = await EventReader.open(path, stack.admin);
  const initial = await watch.until("BOOKMARK");
  expect(initial.filter(({ event }) => event === "ADDED")).toHaveLength(3);
  const bookmark = String(initial.at(-1)?.id);
  await admin("PATCH", "/v1/workspaces/iot/hosts/h9", { metadata: { labels: { small: "" } } });
  await admin("PATCH", "/v1/workspaces/iot/hosts/h9", { spec: { description: "x" } });
  await admin("PATCH", "/v1/workspaces/iot/hosts/h9", { metadata: { labels: { small: null } } });
  const live = await watch.until("DELETED");
  expect(live.map(({ event }) => event)).toEqual(["ADDED", "MODIFIED", "DELETED"]);
  watch.close();
  const again = await EventReader.open(`${path}&revision=${bookmark}`, stack.admin);
  const missed = await again.until("BOOKMARK");
  expect(missed.map(({ event, id }) => [event, id])).toEqual([
    ...live.map(({ event, id }) => [event, id]),
    ["BOOKMARK", live.at(-1)?.id],
  ]);
  again.close();
});

test("a watch that breaks within a change, or within its list, resumes without a gap or a repeat", async () => {
  const url = await listening();
  const path = `${url}/v1/workspaces/iot/hosts?watch=true`;
  const watch = await EventReader.open(path, stack.admin);
  const initial = await watch.until("BOOKMARK");
  const before = Number(initial.at(-1)?.id);
  // Nothing is promised before the list is whole, so whoever leaves within it begins anew.
  expect(initial.slice(0, -1).map(({ id }) => id)).toEqual(initial.slice(1).map(() => undefined));
  const hosts = ["new9", "new1", "new5"];
  const change = async (description: string) =>
    await admin("POST", "/v1/changes", {
      operations: hosts.map((name) => ({
        action: "apply",
        object: { kind: "Host", metadata: { workspace: "iot", name }, spec: { description } },
      })),
    });
  await change("one");
  await change("two");
  const live: ReadEvent[] = [];
  for (const type of ["ADDED", "ADDED", "ADDED", "MODIFIED", "MODIFIED", "MODIFIED"]) {
    live.push(...(await watch.until(type)));
  }
  watch.close();
  expect(live.map(({ id }) => id)).toEqual([
    `iot/new1@${before}`,
    `iot/new5@${before}`,
    String(before + 1),
    `iot/new1@${before + 1}`,
    `iot/new5@${before + 1}`,
    String(before + 2),
  ]);
  for (const [at, { id }] of live.entries()) {
    const again = await EventReader.open(path, stack.admin, { "last-event-id": id ?? "" });
    const missed = await again.until("BOOKMARK");
    expect(missed.slice(0, -1)).toEqual(live.slice(at + 1));
    again.close();
  }
});
