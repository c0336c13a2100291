import { existsSync, statSync } from "node:fs";
import { expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import { Sandbox } from "./sandbox.ts";

/** The promise; a process that does not end by itself is killed by nobody. */
const END_MAX_MS = 5_000;

test("SIGTERM ends `titan up` in time with 0, whoever is connected", async () => {
  await using box = new Sandbox();
  const titan = await box.up();
  await box.titan("create host one");
  const agent = box.start(["agent", "--host", "one", "--dir", "one"]);
  const watch = box.start(["watch", "hosts"]);
  // It shows what changes from when it is connected, which nobody can see but by changing something.
  let changes = 0;
  await eventually("the watch", async () => {
    changes += 1;
    await box.titan(`set labels host/one a=${changes}`);
    return watch.stdout.includes("one");
  });
  await eventually("the agent's state", () => existsSync(box.path("one.titan")));

  const startedAt = performance.now();
  expect(await titan.process.terminate()).toEqual({ status: 0, signal: null });
  expect(performance.now() - startedAt).toBeLessThan(END_MAX_MS);
  expect(titan.process.stderr).toBe("");
  expect(agent.end).toBeUndefined();

  await box.up();
  expect(await box.titan("get hosts -o name")).toBe("host/one\n");
});

test("an agent outlives its server, and ends with 0 when it is asked to", async () => {
  await using box = new Sandbox();
  const titan = await box.up();
  await box.titan("create host one");
  const agent = box.start(["agent", "--host", "one", "--dir", "one"]);
  await eventually("the agent's state", () => existsSync(box.path("one.titan")));
  await titan.process.kill();
  await eventually("the agent's notice", () => agent.stderr.includes("trying again"));
  expect(await agent.terminate()).toEqual({ status: 0, signal: null });
});

test("what `titan up` makes is readable by its owner alone", async () => {
  await using box = new Sandbox();
  const titan = await box.up();
  const modeOf = (path: string): number => statSync(path).mode & 0o777;
  expect(modeOf(titan.data)).toBe(0o700);
  expect(modeOf(box.path("data", "token"))).toBe(0o600);
  expect(modeOf(box.path("config", "titan", "context.json"))).toBe(0o600);
});

test("a version of a view that no running task offers is not put in force", async () => {
  await using box = new Sandbox();
  await box.up();
  const before = await box.titan("get views");
  const activated = await box.run("activate target-delta 99");
  expect(activated.status).not.toBe(0);
  expect(activated.stderr).toContain("99");
  box.write({ "view.yaml": "{kind: View, metadata: {name: target-delta}, spec: {version: 99}}" });
  expect((await box.run("apply -f view.yaml")).status).not.toBe(0);
  expect(await box.titan("get views")).toBe(before);
  await box.titan("verify");
});
