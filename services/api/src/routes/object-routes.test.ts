import { afterAll, beforeAll, expect, test } from "vitest";
import { clientOf, type Client } from "../testing/client.ts";
import { seedDeployment } from "../testing/seed.ts";
import { startStack, type Stack } from "../testing/stack.ts";

let stack: Stack;
let admin: Client;

beforeAll(async () => {
  stack = await startStack();
  admin = clientOf(stack.api, stack.admin);
});
afterAll(async () => await stack.close());

test("a host is created, read, replaced, patched and deleted", async () => {
  const created = await admin("PUT", "/v1/workspaces/default/hosts/tim-pi", {
    metadata: { labels: { platform: "kubernetes" } },
  });
  expect(created).toMatchObject({
    status: 201,
    body: {
      accepted: true,
      outcomes: [{ kind: "Host", key: "default/tim-pi", result: "created" }],
    },
  });
  const { revision } = created.body as { revision: number };
  const read = await admin("GET", "/v1/workspaces/default/hosts/tim-pi");
  expect(read.headers["etag"]).toBe(`"${revision}"`);
  expect(read.body).toMatchObject({
    apiVersion: "titan/v1",
    kind: "Host",
    metadata: {
      workspace: "default",
      name: "tim-pi",
      labels: { platform: "kubernetes" },
      revision,
    },
  });
  const patched = await admin("PATCH", "/v1/workspaces/default/hosts/tim-pi", {
    metadata: { labels: { site: "lab" } },
  });
  expect(patched.body).toMatchObject({
    outcomes: [{ result: "configured" }],
    object: { metadata: { labels: { platform: "kubernetes", site: "lab" } } },
  });
  const same = await admin("PATCH", "/v1/workspaces/default/hosts/tim-pi", {
    metadata: { labels: { site: "lab" } },
  });
  expect(same.body).toMatchObject({ outcomes: [{ result: "unchanged" }] });
  const gone = await admin("DELETE", "/v1/workspaces/default/hosts/tim-pi");
  expect(gone.body).toMatchObject({ outcomes: [{ result: "deleted" }] });
  expect(await admin("GET", "/v1/workspaces/default/hosts/tim-pi")).toMatchObject({
    status: 404,
    body: { code: "not-found" },
  });
  const then = await admin("GET", `/v1/workspaces/default/hosts/tim-pi?at=${revision}`);
  expect(then.body).toMatchObject({ metadata: { labels: { platform: "kubernetes" }, revision } });
});

test("a status is of now: an object as it was at a revision has none", async () => {
  const revision = await seedDeployment(admin);
  for (const path of [
    "hosts/tim-pi",
    "deployments/prod",
    "targets/tim-pi",
    "workloads/temperature-sensor",
  ]) {
    const url = `/v1/workspaces/default/${path}`;
    expect((await admin("GET", `${url}?minRevision=${revision}`)).body).toHaveProperty("status");
    const then = await admin("GET", `${url}?at=${revision}`);
    expect(then.body).toMatchObject({ metadata: { revision } });
    expect(then.body).not.toHaveProperty("status");
    const [list = ""] = path.split("/");
    const { body } = await admin("GET", `/v1/${list}?at=${revision}`);
    for (const item of body["items"] as readonly object[])
      expect(item).not.toHaveProperty("status");
  }
});
