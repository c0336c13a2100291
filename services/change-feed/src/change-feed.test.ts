import { apply, proposalOf, remove } from "@titan/domain/testing";
import { RECORD_BYTES_MAX } from "@titan/event-log";
import { FRONTIER_KEY } from "@titan/processor-runtime";
import { decodeAs, encode } from "@titan/schema-codec";
import { expect, test } from "vitest";
import type { FeedStatus } from "./change-feed.ts";
import { FEED_RULES } from "./feed-rules.ts";
import { FeedFixture } from "./testing/feed-fixture.ts";

const FRONTIER = "titan.frontier";
const TEN_YEARS_MS = 10 * 365 * 24 * 60 * 60 * 1_000;
const host = (site: string, name = "a") => apply("Host", name, {}, { site });
const frontiers = ({ nouns }: FeedFixture) =>
  nouns.log.peek(FRONTIER, 0).map(({ value }) => decodeAs("frontier", value));

test("a verdict is a commit, refusals too; only what is accepted reaches a noun topic", async () => {
  const feed = await FeedFixture.running();
  await feed.propose("p1", [host("lab")]);
  await feed.propose("p2", [remove("Host", "nobody")]);
  await feed.propose("p3", [host("barn")]);
  expect(feed.verdicts()).toEqual(["p1 accepted", "p2 not-found", "p3 accepted"]);
  expect(feed.commits().map(({ revision }) => revision)).toEqual([1, 2, 3, 4]);
  expect(feed.hosts()).toEqual(["default/a=lab@2", "default/a=barn@4"]);
  expect(frontiers(feed).at(-1)).toMatchObject({ revision: 4 });
});

test("what is malformed becomes a dead letter with its position, and the feed goes on", async () => {
  const feed = await FeedFixture.running();
  const good = encode("proposal", decodeAs("proposal", await proposalBytes(feed)));
  const noise = Uint8Array.from({ length: 800 * 1024 }, (_, at) => (at * 7919) % 251);
  const bomb = Uint8Array.from([...good.subarray(0, 12), 0xfe, 0xff, 0xff, 0x7f]);
  await feed.submit(Uint8Array.from([1, 2, 3]));
  await feed.submit(Uint8Array.from([0, 0xff, 0, 0, 0, 1]));
  await feed.submit(good.subarray(0, good.length - 1));
  await feed.submit(Uint8Array.from([...good, 7]));
  await feed.submit(encode("mark", { revision: 1, sum: 1n, count: 1 }));
  await feed.submit(noise, "k".repeat(90_000));
  await feed.submit(bomb);
  await feed.submit(new Uint8Array());
  await feed.propose("last", [host("lab")]);
  expect(feed.failure).toBeUndefined();
  expect(feed.verdicts().at(-1)).toBe("last accepted");
  expect(feed.letters().map(({ offset, code }) => `${offset} ${code}`)).toEqual([
    "1 not-avro",
    "2 unknown-schema",
    "3 wrong-fields",
    "4 wrong-fields",
    "5 wrong-record",
    "6 unknown-schema",
    "7 wrong-fields",
    "8 not-avro",
  ]);
  expect(feed.letters()[0]).toMatchObject({ topic: "titan.proposal", processor: "change-feed" });
  expect([...(feed.letters()[0]?.value ?? [])]).toEqual([1, 2, 3]);
});

test("a template with a binary file is committed and published", async () => {
  const feed = await FeedFixture.running();
  const files = { "logo.bin": { base64: Buffer.from([0, 1, 255]).toString("base64") } };
  await feed.propose("p1", [apply("Template", "p", { files })]);
  expect(feed.failure).toBeUndefined();
  expect(feed.verdicts()).toEqual(["p1 accepted"]);
  const [published] = feed.nouns.statements("titan.template");
  expect(published?.current).toMatchObject({ files: [{ path: "logo.bin" }] });
});

test("committedAt never decreases, however far the clock goes back", async () => {
  const feed = await FeedFixture.running();
  await feed.propose("p1", [host("lab")]);
  feed.clockOffsetMs = -TEN_YEARS_MS;
  await feed.propose("p2", [host("barn")]);
  await feed.restart();
  await feed.propose("p3", [host("roof")]);
  const times = feed.commits().map(({ committedAt }) => committedAt);
  expect(times).toHaveLength(4);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times.at(-1)).toBe(times[1]);
});

test("a proposal with texts of any length makes a commit that fits, and is known by its id", async () => {
  const feed = await FeedFixture.running();
  const id = "i".repeat(300_000);
  const extra = {
    actor: "ü".repeat(100_000),
    reason: "r".repeat(90_000),
    traceparent: "t".repeat(9_000),
  };
  const long = { ...extra, workspace: "w".repeat(100_000) };
  await feed.propose(id, [host("lab")], long);
  await feed.propose(`${id.slice(1)}j`, [host("lab")], long);
  await feed.propose("p3", [host("lab")]);
  expect(feed.failure).toBeUndefined();
  expect(feed.commits()).toHaveLength(4);
  const [, hostile, other] = feed.commits();
  expect(hostile?.accepted).toBe(false);
  for (const text of [hostile?.proposalId, hostile?.actor, hostile?.workspace, hostile?.reason]) {
    expect(text).toHaveLength(4_096);
  }
  expect(other?.proposalId).not.toBe(hostile?.proposalId);
  await feed.propose(id, [host("lab")], long);
  await feed.restart();
  await feed.propose(id, [host("lab")], long);
  expect(feed.commits(), "its first verdict holds, before and after a restart").toHaveLength(4);
});

test("refusals of the longest texts that there can be fit in a record", async () => {
  const feed = await FeedFixture.running();
  const wide = "\uffff".repeat(3_000);
  const operations = Array.from({ length: 300 }, (_, at) =>
    apply("Host", `h${at}`, Object.fromEntries([1, 2, 3].map((n) => [`${wide.slice(n)}${n}`, n]))),
  ).slice(0, 30);
  await feed.propose("p1", operations, { actor: wide, reason: wide, traceparent: wide });
  expect(feed.failure).toBeUndefined();
  const [, commit] = feed.commits();
  expect(commit?.refusals.length).toBeGreaterThan(10);
  const value = encode("commit", commit ?? raise());
  expect(value.length).toBeLessThanOrEqual(RECORD_BYTES_MAX);
});

test("what was decided before a crash is published by the next owner, once more or for the first time", async () => {
  const feed = await FeedFixture.running();
  await feed.propose("p1", [host("lab")]);
  const [, commit] = feed.commits();
  feed.kill();
  const next = { ...(commit ?? raise()), revision: 3, id: "other", predecessor: commit?.id ?? "" };
  const later = { ...next, proposalId: "p2", proposalPosition: 1 };
  await feed.nouns.append("titan.change", 0, "", encode("commit", later));
  await feed.start();
  expect(feed.hosts()).toEqual(["default/a=lab@2", "default/a=lab@3"]);
  expect(frontiers(feed).at(-1)).toMatchObject({ revision: 3, commitId: "other" });
});

test("an older frontier that landed last costs time, never truth, and is followed by the right one", async () => {
  const feed = await FeedFixture.running();
  await feed.propose("p1", [host("lab")]);
  await feed.propose("p2", [host("barn")]);
  feed.kill();
  await feed.nouns.appendAgain(FRONTIER, 0, 0);
  await feed.start();
  expect(frontiers(feed).at(-1)).toMatchObject({ revision: 3 });
  await feed.propose("p3", [host("roof")]);
  expect(feed.verdicts().at(-1)).toBe("p3 accepted");
});

test("an older frontier that compaction left alone: the feed goes on from there", async () => {
  const feed = await FeedFixture.running();
  await feed.propose("p1", [host("lab")]);
  await feed.propose("p2", [host("barn")]);
  feed.kill();
  await feed.nouns.appendAgain(FRONTIER, 0, 0);
  feed.nouns.log.compactNow({ lagMs: 0 });
  await feed.start();
  await feed.propose("p3", [host("roof")]);
  expect(feed.verdicts()).toEqual(["p1 accepted", "p2 accepted", "p3 accepted"]);
  expect(frontiers(feed).at(-1)).toMatchObject({ revision: 4 });
});

test.each([
  ["lies elsewhere than it says", { commitPosition: 1 }],
  ["is another than the one there", { commitId: "another" }],
])("a frontier whose commit %s is not started from", async (_, wrong) => {
  const feed = await FeedFixture.running();
  await feed.propose("p1", [host("lab")]);
  await feed.propose("p2", [host("barn")]);
  const last = frontiers(feed).at(-1) ?? raise();
  expect(last.commitPosition).toBe(2);
  feed.kill();
  const forged = encode("frontier", { ...last, ...wrong });
  await feed.nouns.append(FRONTIER, 0, FRONTIER_KEY, forged);
  const before = feed.hosts().length;
  await feed.start();
  expect(feed.hosts().slice(before), "it folded from the beginning").toEqual([
    "default/a=lab@2",
    "default/a=barn@3",
  ]);
  await feed.propose("p3", [host("roof")]);
  expect(feed.verdicts().at(-1)).toBe("p3 accepted");
});

/** Rule 6: a late copy of an old record, then compaction. */
async function shadowed(repairAgainstOwnWorld: boolean): Promise<readonly string[]> {
  const rules = { ...FEED_RULES, repairAgainstOwnWorld };
  const feed = await FeedFixture.running({ rules });
  await feed.propose("p1", [host("lab")]);
  await feed.propose("p2", [remove("Host", "a")]);
  await feed.nouns.appendAgain("titan.host", 0, 0);
  await feed.nouns.quiet();
  feed.nouns.log.compactNow({ lagMs: 0 });
  return feed.hosts();
}

test.each([
  ["while the feed runs", true],
  ["while nobody runs", false],
])("what can not be read does not outlive the truth of its key: %s", async (_, isRunning) => {
  const feed = await FeedFixture.running();
  await feed.propose("p1", [host("lab")]);
  if (!isRunning) feed.kill();
  for (const value of [new Uint8Array(), encode("mark", { revision: 1, sum: 1n, count: 1 })]) {
    await feed.nouns.append("titan.host", 0, "default/a", value);
    await feed.nouns.append(FRONTIER, 0, FRONTIER_KEY, value);
    await feed.nouns.quiet();
  }
  if (!isRunning) await feed.start();
  feed.nouns.log.compactNow({ lagMs: 0 });
  expect(feed.hosts()).toEqual(["default/a=lab@2"]);
  expect(frontiers(feed).at(-1)).toMatchObject({ revision: 2 });
});

test("a noun record that is shadowed by an older one is written again, deletions too", async () => {
  expect(await shadowed(true)).toEqual(["default/a=gone@3"]);
  expect(await shadowed(false)).toEqual(["default/a=lab@2"]);
});

test("a lower frontier that lands last is followed by the own, once", async () => {
  const feed = await FeedFixture.running();
  await feed.propose("p1", [host("lab")]);
  await feed.nouns.appendAgain(FRONTIER, 0, 0);
  await feed.nouns.quiet();
  expect(frontiers(feed).map(({ revision }) => revision)).toEqual([1, 2, 1, 2]);
});

test("its own frontiers, read back late, are no reason to write them again", async () => {
  for (let seed = 1; seed <= 10; seed += 1) {
    const feed = await FeedFixture.running({}, seed);
    const bytes = Array.from({ length: 30 }, (_, at) =>
      encode("proposal", proposalOf([host(`s${at}`)], { id: `p${at}`, seen: 1 })),
    );
    const appends = bytes.map((value, at) => {
      const records = [{ key: "default", value }];
      const batches = [{ topic: "titan.proposal", partition: 0, records }];
      return feed.nouns.clock.sleep(at * 7).then(() => feed.nouns.log.append(batches));
    });
    await feed.nouns.settle(Promise.all(appends));
    await feed.nouns.quiet();
    const revisions = frontiers(feed).map(({ revision }) => revision);
    expect(revisions.at(-1)).toBe(31);
    expect(revisions.length).toBeGreaterThan(5);
    expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
  }
});

test("two feeds at once: each proposal has one verdict, and what is published is what counted", async () => {
  const feed = await FeedFixture.running();
  await feed.start();
  const sites = ["lab", "barn", "roof", "lab", "barn"];
  for (const [at, site] of sites.entries()) await feed.propose(`p${at}`, [host(site)]);
  expect(feed.failure).toBeUndefined();
  expect(feed.verdicts()).toEqual(sites.map((_, at) => `p${at} accepted`));
  const truths = new Set(feed.hosts());
  expect([...truths]).toEqual(sites.map((site, at) => `default/a=${site}@${at + 2}`));
});

test("an idle feed that starts again says that it runs, and how far it is", async () => {
  const feed = await FeedFixture.running();
  await feed.propose("p1", [host("lab")]);
  const statuses: FeedStatus[] = [];
  await feed.restart({ onStatus: (status) => statuses.push(status) });
  expect(statuses.at(-1)).toEqual({ kind: "running", revision: 2, published: 2 });
});

test("more proposals than may wait are all decided, in their order", async () => {
  const feed = await FeedFixture.running();
  feed.kill();
  const count = 2_500;
  const records = Array.from({ length: count }, (_, at) => ({
    key: "default",
    value: encode("proposal", proposalOf([host(`s${at}`)], { id: `p${at}`, seen: 1 })),
  }));
  await feed.nouns.settle(
    feed.nouns.log.append([{ topic: "titan.proposal", partition: 0, records }]),
  );
  await feed.start();
  expect(feed.verdicts()).toEqual(Array.from({ length: count }, (_, at) => `p${at} accepted`));
  expect(feed.hosts().at(-1)).toBe(`default/a=s${count - 1}@${count + 1}`);
});

async function proposalBytes(feed: FeedFixture): Promise<Uint8Array> {
  await feed.propose("first", [host("lab")]);
  return feed.nouns.log.peek("titan.proposal", 0)[0]?.value ?? raise();
}

function raise(): never {
  throw new Error("nothing there");
}
