import { afterAll, beforeAll, expect, test } from "vitest";
import { clientOf, type Client } from "../testing/client.ts";
import { mintToken } from "../testing/seed.ts";
import { startStack, type Stack } from "../testing/stack.ts";

let stack: Stack;
let admin: Client;

beforeAll(async () => {
  stack = await startStack({ views: false });
  admin = clientOf(stack.api, stack.admin);
});
afterAll(async () => await stack.close());

async function write(method: "PUT" | "DELETE", path: string, body?: object): Promise<number> {
  const answer = await admin(method, `/v1/workspaces/${path}`, body);
  return Number(answer.body["revision"]);
}

async function revisions(client: Client, query: string): Promise<readonly unknown[]> {
  const { body } = await client("GET", `/v1/changes${query}`);
  return (body["items"] as readonly { readonly revision: number }[]).map(
    ({ revision }) => revision,
  );
}

test("the feed of one object has the changes that made, altered and deleted it, and no others", async () => {
  const labels = (site: string) => ({ metadata: { labels: { site } } });
  const made = await write("PUT", "default/hosts/a", labels("lab"));
  await write("PUT", "default/hosts/b", labels("lab"));
  await write("PUT", "default/workloads/a", {});
  const altered = await write("PUT", "default/hosts/a", labels("barn"));
  await write("PUT", "default/hosts/a", labels("barn"));
  const deleted = await write("DELETE", "default/hosts/a");
  const again = await write("PUT", "default/hosts/a", labels("roof"));
  const of = "kind=Host&key=default/a";
  expect(await revisions(admin, `?${of}`)).toEqual([made, altered, deleted, again]);
  expect(await revisions(admin, `?kind=hosts&key=default/a&from=${deleted}`)).toEqual([
    deleted,
    again,
  ]);
  expect(await revisions(admin, "?kind=Host&key=default/none")).toEqual([]);

  const first = await admin("GET", `/v1/changes?${of}&limit=3`);
  expect(first.body["items"]).toHaveLength(3);
  const rest = await revisions(admin, `?${of}&limit=3&cursor=${String(first.body["cursor"])}`);
  expect(rest).toEqual([again]);
});

test.each(["kind=Host", "key=default/a", "kind=Ship&key=default/a"])(
  "?%s is refused",
  async (query) => {
    expect(await admin("GET", `/v1/changes?${query}`)).toMatchObject({
      status: 400,
      body: { code: "bad-query" },
    });
  },
);

test("the feed of an object that the caller may not see is empty", async () => {
  await admin("PUT", "/v1/workspaces/iot", {});
  await admin("PUT", "/v1/workspaces/lab", {});
  const made = await write("PUT", "iot/workloads/w", {});
  const query = "?kind=Workload&key=iot/w";
  const body = { name: "stranger", role: "viewer", workspaces: ["lab"] };
  const stranger = clientOf(stack.api, await mintToken(admin, body));
  expect(await revisions(admin, query)).toEqual([made]);
  expect(await revisions(stranger, query)).toEqual([]);
});
