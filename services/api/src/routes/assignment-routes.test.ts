import { expect, test } from "vitest";
import { clientOf } from "../testing/client.ts";
import { mintToken, seedDeployment } from "../testing/seed.ts";
import { startStack } from "../testing/stack.ts";

test("the assignments of a deployment with replicas are read, listed and not written", async () => {
  const stack = await startStack();
  const admin = clientOf(stack.api, stack.admin);
  await admin("PUT", "/v1/workspaces/iot", {});
  await seedDeployment(admin, { workspace: "iot" });
  await admin("PUT", "/v1/workspaces/iot/hosts/second", {
    metadata: { labels: { name: "tim-pi" } },
  });
  const limited = await admin("PATCH", "/v1/workspaces/iot/deployments/prod", {
    spec: { replicas: 1 },
  });
  const least = `minRevision=${String(limited.body["revision"])}`;
  const all = await admin("GET", `/v1/assignments?${least}`);
  expect(all.body["items"]).toHaveLength(1);
  const own = await admin("GET", `/v1/workspaces/iot/assignments?${least}`);
  expect(own.body["items"]).toEqual(all.body["items"]);
  const [item] = own.body["items"] as { metadata: { name: string }; spec: object }[];
  expect(item).toMatchObject({ kind: "Assignment", spec: { deployment: "iot/prod" } });
  const one = await admin("GET", `/v1/workspaces/iot/assignments/${String(item?.metadata.name)}`);
  expect(one.body).toEqual(item);
  const viewer = clientOf(
    stack.api,
    await mintToken(admin, { name: "v", role: "viewer", workspaces: ["default"] }),
  );
  expect((await viewer("GET", "/v1/assignments")).body["items"]).toEqual([]);
  expect(await admin("GET", "/v1/assignments?watch=true")).toMatchObject({ status: 400 });
  const write = {
    operations: [{ action: "apply", object: { kind: "Assignment", metadata: { name: "a" } } }],
  };
  expect(await admin("POST", "/v1/changes", write)).toMatchObject({
    status: 422,
    body: { code: "read-only-kind" },
  });
  const { body } = await admin("GET", "/v1/workspaces/iot/hosts/second");
  const elsewhere = String((item?.spec as { host?: string } | undefined)?.host) !== "iot/second";
  const why = await admin("GET", "/v1/workspaces/iot/hosts/second/why/iot/prod");
  expect(body["kind"]).toBe("Host");
  expect(why.body["runs"]).toBe(!elsewhere);
  if (elsewhere) expect(why.body["because"]).toMatchObject({ code: "not-assigned" });
  await stack.close();
});
