import { apply, create, remove } from "@titan/domain/testing";
import { expect, test } from "vitest";
import { readChangeFeedConfig } from "./config.ts";
import { FEED_RULES } from "./feed-rules.ts";
import { FeedFixture } from "./testing/feed-fixture.ts";

test("what would make too many topics is refused, and the refusal is a commit", async () => {
  const feed = await FeedFixture.running({ entityTopicsMax: 2 });
  await feed.propose("two", [create("Host", "a"), create("Host", "b")]);
  await feed.propose("third", [create("Host", "c")]);
  await feed.propose("update", [apply("Host", "a", {}, { site: "lab" })]);
  await feed.propose("delete", [remove("Host", "b")]);
  await feed.propose("again", [create("Host", "c")]);
  expect(feed.verdicts()).toEqual([
    "two accepted",
    "third too-many-topics",
    "update accepted",
    "delete accepted",
    "again accepted",
  ]);
});

test("a feed with another ceiling takes what was decided before as it is", async () => {
  const feed = await FeedFixture.running();
  await feed.propose("three", [create("Host", "a"), create("Host", "b"), create("Host", "c")]);
  await feed.restart({ entityTopicsMax: 1 });
  await feed.propose("more", [create("Host", "d")]);
  await feed.restart();
  await feed.propose("even more", [create("Host", "e")]);
  expect(feed.verdicts()).toEqual(["three accepted", "more too-many-topics", "even more accepted"]);
  expect(feed.hosts()).toHaveLength(4);
});

test("deciding each operation alone, a proposal that creates before it deletes stays whole", async () => {
  const rules = { ...FEED_RULES, oneEventPerKey: false };
  const feed = await FeedFixture.running({ entityTopicsMax: 1, rules });
  await feed.propose("first", [create("Host", "a")]);
  await feed.propose("swap", [create("Host", "b"), remove("Host", "a")]);
  await feed.propose("second", [create("Host", "c")]);
  expect(feed.verdicts()).toEqual(["first accepted", "swap accepted", "second too-many-topics"]);
});

const ON_KAFKA = { TITAN_LOG: "kafka:a:9092" };

test.each([
  ["on Kafka there is one", ON_KAFKA, 3_000],
  ["the embedded log needs none", { TITAN_LOG: "embedded:/l" }, Infinity],
  ["it is as said", { ...ON_KAFKA, TITAN_ENTITY_TOPICS_MAX: "9000" }, 9_000],
  ["also on the embedded log", { TITAN_LOG: "embedded:/l", TITAN_ENTITY_TOPICS_MAX: "5" }, 5],
  [
    "the sharded layout has none, whatever is said",
    { ...ON_KAFKA, TITAN_LAYOUT: "sharded", TITAN_ENTITY_TOPICS_MAX: "5" },
    Infinity,
  ],
])("the ceiling: %s", (_, environment, entityTopicsMax) => {
  expect(readChangeFeedConfig(environment)).toMatchObject({ entityTopicsMax });
});

test("a layout that does not exist is refused", () => {
  const environment = { ...ON_KAFKA, TITAN_LAYOUT: "round", TITAN_ENTITY_TOPICS_MAX: "-1" };
  expect(() => readChangeFeedConfig(environment)).toThrow(
    /TITAN_LAYOUT[^]*TITAN_ENTITY_TOPICS_MAX/,
  );
});
