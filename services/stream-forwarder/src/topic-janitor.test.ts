import { AUDIT_WINDOW_MS } from "@titan/processor-runtime";
import { gone } from "@titan/processor-runtime/testing";
import { beforeEach, expect, test } from "vitest";
import { elsewhere, ForwarderFixture, inLab, onLab } from "./testing/forwarder-fixture.ts";
import { TopicJanitor } from "./topic-janitor.ts";

let fixture: ForwarderFixture;
beforeEach(async () => {
  fixture = await ForwarderFixture.make();
  await fixture.startForwarder();
  await fixture.commit(inLab("a"), inLab("b"), elsewhere("bare"), onLab("prod"), onLab("other"));
});

function janitor(name: string): TopicJanitor {
  const { log, counts } = fixture.nouns;
  return new TopicJanitor({ log: log.client(name), clock: fixture.clock, counts });
}

const look = (name = "janitor"): Promise<readonly string[]> =>
  fixture.nouns.settle(janitor(name).removeOld());

test("the topics of what was deleted before the audit window go, all others stay", async () => {
  await fixture.commit(gone(inLab("a")), gone(elsewhere("bare")), gone(onLab("prod")));
  await fixture.later(AUDIT_WINDOW_MS + 60_000);
  await fixture.nouns.settle(fixture.nouns.log.createTopics([stranger]));
  expect([...(await look())].sort()).toEqual([
    "titan.deployment.default.prod",
    "titan.host.default.a",
    "titan.host.default.bare",
  ]);
  await fixture.nouns.quiet();
  expect(await fixture.topics()).toEqual([
    "deployment.default.other",
    "host.default.b",
    "host.default.stranger",
  ]);
  expect(fixture.slice("b")).toEqual(["default/other"]);
  expect(fixture.failures).toEqual([]);
});

const stranger = {
  name: "titan.host.default.stranger",
  partitions: 1,
  retention: { kind: "latest", lagMs: AUDIT_WINDOW_MS },
  durability: "rebuildable",
} as const;

test("within the audit window nothing goes", async () => {
  await fixture.commit(gone(inLab("a")), gone(onLab("prod")));
  const before = await fixture.topics();
  await fixture.later(AUDIT_WINDOW_MS / 2);
  expect(await look()).toEqual([]);
  expect(await fixture.topics()).toEqual(before);
});

test("what was deleted long ago and exists again keeps its topic", async () => {
  await fixture.commit(gone(inLab("a")));
  await fixture.later(2 * AUDIT_WINDOW_MS);
  await fixture.commit(inLab("a"));
  expect(await look()).toEqual([]);
  expect(fixture.slice("a")).toEqual(["default/other", "default/prod"]);
});

test("two at once do no harm, and a second look finds nothing", async () => {
  await fixture.commit(gone(inLab("a")));
  await fixture.later(2 * AUDIT_WINDOW_MS);
  const looks = ["one", "two"].map((name) => janitor(name).removeOld());
  await fixture.nouns.settle(Promise.all(looks));
  expect(await fixture.topics()).not.toContain("host.default.a");
  expect(await look()).toEqual([]);
});

test("it looks again and again until it is stopped", async () => {
  const running = janitor("again");
  const ended = running.run();
  await fixture.nouns.scheduler.runFor(1_000);
  await fixture.nouns.commit(gone(inLab("a")));
  await fixture.nouns.scheduler.runFor(2 * AUDIT_WINDOW_MS);
  expect(await fixture.topics()).not.toContain("host.default.a");
  running.stop();
  await fixture.nouns.settle(ended);
});

test("a request that is never answered does not hold the end up", async () => {
  const { log, counts } = fixture.nouns;
  const client = log.client("dead");
  client.kill();
  const running = new TopicJanitor({ log: client, clock: fixture.clock, counts });
  const ended = running.run();
  await fixture.nouns.quiet();
  running.stop();
  await fixture.nouns.settle(ended);
  expect(await fixture.topics()).toContain("host.default.a");
});
