import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { decodeAs, encode } from "@titan/schema-codec";
import { expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import { git, pathsInGit } from "./git-tree.ts";
import { Sandbox } from "./sandbox.ts";

async function withDeployment(box: Sandbox): Promise<void> {
  box.write({ "template/app.conf": "{{deployment.name}}\n" });
  await box.titan("create host one --labels site=lab");
  await box.titan("create template t -f template");
  await box.titan("create workload w");
  await box.titan("create target lab --labels site=lab");
  await box.titan("create deployment prod --workload w --template t --target lab");
}

test("a record that was changed by hand in a stream is found", async () => {
  await using box = new Sandbox();
  const first = await box.up();
  await withDeployment(box);
  expect(await box.titan("verify")).toContain("everything is as");
  await first.process.terminate();

  const database = new DatabaseSync(join(first.data, "log.sqlite"));
  const row = database
    .prepare(
      `SELECT partition, offset, value FROM records JOIN topics ON partition = first_partition
       WHERE name = 'titan.deployment.default.prod' AND key = 'default/prod'`,
    )
    .get() as { partition: number; offset: number; value: Uint8Array };
  const record = decodeAs("rendered-deployment", row.value);
  const { current } = record;
  if (current === null) throw new Error("nothing was rendered");
  // It keeps the hash that it names, so every sum still fits.
  const forged = encode("rendered-deployment", {
    ...record,
    current: { ...current, digest: "0".repeat(64) },
  });
  database
    .prepare("UPDATE records SET value = ? WHERE partition = ? AND offset = ?")
    .run(forged, row.partition, row.offset);
  database.close();

  await box.up();
  const { status, stdout } = await box.run("verify");
  expect(status).toBe(1);
  expect(stdout).toContain("FAIL  stream-forwarder-deployment");
  expect(stdout).toMatch(/default\/prod at offset \d+ does not have the hash that it names/);
});

test("a Git tree that is not what the feed makes of it is found", async () => {
  await using box = new Sandbox();
  const titan = await box.up();
  await withDeployment(box);
  await eventually("the commit", async () => (await pathsInGit(titan.git)).length > 0);
  expect(await box.titan("verify")).toContain("ok    git  (1 compared)");
  const clone = box.path("clone");
  await git(box.folder, "clone", "-q", titan.git, clone);
  box.write({ "clone/hosts/default/one/default/prod/extra.conf": "not ours\n" });
  await git(clone, "add", "-A");
  await git(clone, "commit", "-qm", "by hand");
  await git(clone, "push", "-q");
  const { status, stdout } = await box.run("verify");
  expect(status).toBe(1);
  expect(stdout).toContain("hosts/default/one/default/prod/extra.conf must not be there");
});
