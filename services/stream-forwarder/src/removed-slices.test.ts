import { AUDIT_WINDOW_MS } from "@titan/processor-runtime";
import { integerBelow, seededRandom } from "@titan/event-log/testing";
import { gone } from "@titan/processor-runtime/testing";
import { expect, test } from "vitest";
import { elsewhere, ForwarderFixture, inLab, onLab } from "./testing/forwarder-fixture.ts";

const SEEDS = 40;
const STEPS = 40;
const NAMES = ["a", "b", "c"];

async function running(seed?: number): Promise<ForwarderFixture> {
  const fixture = await ForwarderFixture.make(seed);
  await fixture.startForwarder();
  await fixture.commit(inLab("a"), elsewhere("b"), onLab("prod"), onLab("other"));
  return fixture;
}

test("a removal that lands after its host was created anew takes nothing away for good", async () => {
  const fixture = await running();
  await fixture.commit(gone(inLab("a")));
  await fixture.later(2 * AUDIT_WINDOW_MS);
  // A janitor that looked now decided to remove it, and then its process was paused.
  await fixture.commit(inLab("a"));
  await fixture.remove("host.default.a");
  expect(fixture.slice("a")).toEqual(["default/other", "default/prod"]);
  await fixture.commit(gone(onLab("other")));
  expect(fixture.slice("a")).toEqual(["default/prod"]);
  expect(fixture.failures).toEqual([]);
});

test("a host that runs nothing gets its mark back, and so knows that it runs nothing", async () => {
  const fixture = await running();
  await fixture.remove("host.default.b");
  expect(fixture.slice("b")).toEqual([]);
});

test("a deployment's stream comes back whole", async () => {
  const fixture = await running();
  await fixture.remove("deployment.default.prod");
  expect(fixture.nouns.shown("titan.deployment.default.prod", 0, () => "files")).toEqual([
    "default/prod=files@2",
    "mark@2",
  ]);
});

test("the topic of what does not exist any more is not made again until it exists again", async () => {
  const fixture = await running();
  await fixture.commit(gone(inLab("a")));
  await fixture.remove("host.default.a");
  expect(await fixture.topics()).not.toContain("host.default.a");
  await fixture.commit(elsewhere("c"));
  expect(await fixture.topics()).not.toContain("host.default.a");
  await fixture.commit(inLab("a"));
  expect(fixture.slice("a")).toEqual(["default/other", "default/prod"]);
  expect(fixture.failures).toEqual([]);
});

test("topics that go while a forwarder starts are passed over, or made again", async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const fixture = await running(seed);
    fixture.killForwarders();
    await fixture.commit(gone(elsewhere("b")));
    const started = fixture.startForwarder();
    const topics = ["titan.host.default.a", "titan.host.default.b"];
    const removed = fixture.nouns.log.deleteTopics(topics);
    await started;
    await fixture.nouns.settle(removed);
    await fixture.nouns.quiet();
    expect(fixture.failures).toEqual([]);
    expect(fixture.slice("a")).toEqual(["default/other", "default/prod"]);
  }
});

test("whatever is removed at whatever time, by whomever, every slice is right in the end", async () => {
  let removals = 0;
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const random = seededRandom(seed);
    const fixture = await running(seed);
    await fixture.startForwarder();
    const sites = new Map<string, string>([
      ["a", "lab"],
      ["b", "barn"],
    ]);
    for (let step = 0; step < STEPS; step += 1) {
      const name = NAMES[integerBelow(random, NAMES.length)] ?? "";
      switch (integerBelow(random, 5)) {
        case 0:
          sites.delete(name);
          await fixture.nouns.commit(gone(inLab(name)));
          break;
        case 1:
        case 2:
          sites.set(name, random() < 0.5 ? "lab" : "barn");
          await fixture.nouns.commit((sites.get(name) === "lab" ? inLab : elsewhere)(name));
          break;
        default:
          removals += 1;
          void fixture.nouns.log.deleteTopics([`titan.host.default.${name}`]);
      }
      await fixture.nouns.scheduler.runFor(random() * 60);
    }
    await fixture.nouns.quiet();
    expect(fixture.failures).toEqual([]);
    for (const [name, site] of sites) {
      const wanted = site === "lab" ? ["default/other", "default/prod"] : [];
      expect(fixture.slice(name), `seed ${seed}, host ${name}`).toEqual(wanted);
    }
  }
  expect(removals).toBeGreaterThan(SEEDS);
});

test("from one topic for each to the sharded layout and back: the slices are right again", async () => {
  const fixture = await running();
  fixture.killForwarders();
  const topics = await fixture.topics();
  await fixture.commit(elsewhere("a"), inLab("b"), inLab("c"));
  await fixture.commit(gone(onLab("other")), onLab("third"));
  expect(await fixture.topics()).toEqual(topics);
  await fixture.startForwarder();
  expect(fixture.slice("a")).toEqual([]);
  expect(fixture.slice("b")).toEqual(["default/prod", "default/third"]);
  expect(fixture.slice("c")).toEqual(["default/prod", "default/third"]);
  expect(fixture.failures).toEqual([]);
});
