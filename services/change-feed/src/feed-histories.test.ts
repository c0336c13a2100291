import { apply, create, expecting, patch, remove } from "@titan/domain/testing";
import { openInstallation } from "@titan/processor-runtime";
import { NounLog } from "@titan/processor-runtime/testing";
import { decodeAs } from "@titan/schema-codec";
import { expect, test } from "vitest";
import { ChangeFeed } from "./change-feed.ts";
import { FEED_RULES, type FeedRules } from "./feed-rules.ts";
import { installationCommit } from "./installation-commit.ts";
import { FeedFixture, PROPOSAL_TOPIC } from "./testing/feed-fixture.ts";

const host = (site: string) => apply("Host", "a", {}, { site });
const without = (rule: keyof FeedRules): FeedRules => ({ ...FEED_RULES, [rule]: false });

/** The proposal that was submitted first lands again, as a late append. */
const lateCopy = async ({ nouns }: FeedFixture): Promise<void> => {
  await nouns.appendAgain(PROPOSAL_TOPIC, 0, 0);
  await nouns.quiet();
};

/** History 1. */
async function lateCopyOfAProposal(rules: FeedRules): Promise<readonly string[]> {
  const feed = await FeedFixture.running({ rules });
  await feed.propose("p1", [host("lab")]);
  await feed.propose("p2", [host("barn")]);
  await feed.restart({ rules });
  await lateCopy(feed);
  return feed.hosts();
}

test("history 1: a late copy of a proposal gets its first verdict and changes nothing", async () => {
  const right = ["default/a=lab@2", "default/a=barn@3"];
  expect(await lateCopyOfAProposal(FEED_RULES)).toEqual(right);
  const wrong = [...right, "default/a=lab@4"];
  expect(await lateCopyOfAProposal(without("idsReadBack"))).toEqual(wrong);
});

/** History 2. */
async function startFromAFrontier(rules: FeedRules): Promise<readonly string[]> {
  const feed = await FeedFixture.running({ rules });
  await feed.propose("p1", [host("lab")]);
  await feed.restart({ rules });
  await feed.propose("p2", [host("barn")]);
  return feed.verdicts();
}

test("history 2: a feed that starts from a frontier knows the commit that the next must name", async () => {
  expect(await startFromAFrontier(FEED_RULES)).toEqual(["p1 accepted", "p2 accepted"]);
  expect(await startFromAFrontier(without("lastReadBack"))).toEqual(["p1 accepted"]);
});

test("history 5: two feeds that make the installation at once publish with the counts that counted", async () => {
  const nouns = new NounLog(undefined, 3);
  const open = async (id: string, hostPartitions: number) => {
    const client = nouns.log.client(id);
    const made = { installationId: id, commitId: id, hostPartitions, deploymentPartitions: 1 };
    const first = installationCommit({ ...made, views: [], now: 0 });
    const counts = await openInstallation(client, nouns.clock, first);
    const feed = new ChangeFeed({ log: client, clock: nouns.clock, counts, newId: () => id });
    feed.run().catch((error: unknown) => expect(error).toBeUndefined());
    return counts;
  };
  const [one, other] = await nouns.settle(Promise.all([open("a", 2), open("b", 4)]));
  await nouns.quiet();
  expect(one).toEqual(other);
  for (const { value } of nouns.log.peek("titan.frontier", 0)) {
    const { partitions } = decodeAs("frontier", value);
    const hosts = partitions.filter(({ topic }) => topic === "titan.host");
    expect(hosts).toHaveLength(one.hostPartitions);
  }
});

test("history 8: a noun that shadows a default one is created: no deployment changes", async () => {
  const feed = await FeedFixture.running();
  const files = { files: { "a.conf": { text: "x" } } };
  const refs = { workload: "w", template: "p", target: "lab" };
  await feed.propose("p1", [
    create("Workspace", "iot"),
    create("Workload", "w"),
    create("Template", "p", files),
    create("Target", "lab", { selector: "site=lab" }),
  ]);
  await feed.propose("p2", [create("Deployment", "iot/prod", refs)]);
  await feed.propose("p3", [
    create("Target", "iot/lab", { selector: "site=barn" }),
    create("Template", "iot/p", files),
    create("Workload", "iot/w"),
  ]);
  await feed.propose("p4", [patch("Deployment", "iot/prod", { spec: { replicas: 2 } })]);
  // The same file again: its names mean what they meant when it was applied first.
  await feed.propose("p5", [apply("Deployment", "iot/prod", { ...refs, replicas: 3 })]);
  const target = (current: unknown): string => (current as { target: string }).target;
  expect(feed.verdicts()).toEqual(["p1", "p2", "p3", "p4", "p5"].map((id) => `${id} accepted`));
  const deployments = feed.nouns.shown("titan.deployment", 0, target);
  expect(deployments).toEqual([3, 5, 6].map((revision) => `iot/prod=default/lab@${revision}`));
});

test("history 11: a change of a thousand operations is one commit, with previous and current", async () => {
  const feed = await FeedFixture.running();
  const hosts = (site: string) =>
    Array.from({ length: 1_000 }, (_, at) => apply("Host", `h${at}`, {}, { site }));
  await feed.propose("p1", hosts("lab"));
  await feed.propose("p2", hosts("barn"));
  await feed.propose("p3", [...hosts("lab"), apply("Host", "one-more")]);
  expect(feed.verdicts()).toEqual(["p1 accepted", "p2 accepted", "p3 too-many-operations"]);
  const [, , second] = feed.commits();
  expect(second?.events).toHaveLength(1_000);
  expect(second?.events[999]).toMatchObject({
    previous: { labels: { site: "lab" } },
    current: { labels: { site: "barn" } },
  });
  expect(feed.hosts().filter((record) => record.endsWith("=barn@3"))).toHaveLength(1_000);
});

test("history 11: one that is too large to commit is refused as a whole, and the feed goes on", async () => {
  const feed = await FeedFixture.running();
  const large = (letter: string) => (name: string) =>
    apply("Template", name, { files: { "a.conf": { text: letter.repeat(240 * 1024) } } });
  await feed.propose("p1", ["a", "b", "c"].map(large("x")));
  expect(feed.verdicts()).toEqual(["p1 accepted"]);
  await feed.propose("p2", ["a", "b"].map(large("y")));
  await feed.propose(
    "p3",
    ["a", "b", "c"].map((name) => remove("Template", name)),
  );
  await feed.propose("p4", [host("lab")]);
  expect(feed.verdicts().slice(1)).toEqual(["p2 commit-too-large", "p3 accepted", "p4 accepted"]);
});

/** History 16: all that compaction leaves of `a` is a late copy of its first record. */
async function onlyTheOldestIsLeft(rules: FeedRules): Promise<FeedFixture> {
  const feed = await FeedFixture.running({ rules });
  await feed.propose("p1", [host("lab")]);
  await feed.propose("p2", [host("barn")]);
  await feed.propose("p3", [host("lab")]);
  feed.kill();
  await feed.nouns.appendAgain("titan.host", 0, 0);
  feed.nouns.log.compactNow({ lagMs: 0 });
  expect(feed.hosts()).toEqual(["default/a=lab@2"]);
  await feed.start({ rules });
  await feed.propose("p4", [expecting(4, host("roof"))]);
  return feed;
}

test("history 16: an owner that starts short folds from the beginning, repairs, and knows the revision", async () => {
  const right = await onlyTheOldestIsLeft(FEED_RULES);
  expect(right.verdicts().at(-1)).toBe("p4 accepted");
  expect(right.hosts().slice(-2)).toEqual(["default/a=lab@4", "default/a=roof@5"]);
  const wrong = await onlyTheOldestIsLeft(without("labelsInSums"));
  expect(wrong.verdicts().at(-1)).toBe("p4 revision-mismatch");
});

/** History 17: the same request again, after the window has passed. */
async function repeatedTooLate(rules: FeedRules): Promise<FeedFixture> {
  const options = { rules, windowLength: 2 };
  const feed = await FeedFixture.running(options);
  await feed.propose("p1", [host("lab")]);
  await feed.propose("p2", [host("barn")], { seen: 2 });
  await feed.propose("p3", [apply("Host", "b")], { seen: 3 });
  await feed.propose("p4", [apply("Host", "c")], { seen: 4 });
  await lateCopy(feed);
  return feed;
}

test("history 17: a request repeated after the window is refused, its outcome unknown, and not done twice", async () => {
  const right = await repeatedTooLate(FEED_RULES);
  expect(right.verdicts().at(-1)).toBe("p1 outcome-unknown");
  expect(right.hosts().filter((record) => record.startsWith("default/a="))).toHaveLength(2);
  const wrong = await repeatedTooLate(without("refuseTooOld"));
  expect(wrong.hosts().at(-1)).toBe("default/a=lab@6");
});

test("within the window it gets its first verdict, whatever it has seen", async () => {
  const feed = await FeedFixture.running({ windowLength: 2 });
  await feed.propose("p1", [host("lab")]);
  await feed.propose("p2", [host("barn")], { seen: 2 });
  await lateCopy(feed);
  expect(feed.verdicts()).toEqual(["p1 accepted", "p2 accepted"]);
});
