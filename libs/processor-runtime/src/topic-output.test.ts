import type { HostTarget } from "@titan/domain";
import { encode, decodeAs, derivedHash } from "@titan/schema-codec";
import { beforeEach, expect, test } from "vitest";
import { MARK_KEY } from "./keys.ts";
import { RULES, type Rules } from "./rules.ts";
import { Signal } from "./signal.ts";
import { NounLog } from "./testing/noun-log.ts";
import { TopicOutput } from "./topic-output.ts";
import { sliceTopic } from "./topics.ts";
import type { ViewStep } from "./view.ts";

const TOPIC = "titan.host-target";
const ORIGIN = { revision: 0, changeId: "c", actor: "a", reason: "", occurredAt: 0 };
const SLICE = "titan.slice.";

let nouns: NounLog;
beforeEach(async () => {
  nouns = new NounLog();
  await nouns.createTopics();
});

const member = (target: string): HostTarget => ({
  workspace: "default",
  host: "h",
  targets: [target],
});

function step(revision: number, values: Record<string, string | undefined>): ViewStep<HostTarget> {
  const entries = Object.entries(values).map(
    ([key, target]) => [key, target === undefined ? undefined : member(target)] as const,
  );
  const causesOf = (key: string) => [{ kind: "Host", key, revision }];
  return { revision, values: new Map(entries), origin: ORIGIN, causesOf };
}

function output(
  rules: Rules = RULES,
  sliced = false,
  create?: (topics: readonly string[]) => Promise<void>,
): TopicOutput<HostTarget> {
  const { log, clock } = nouns;
  return new TopicOutput({
    log: log.client("owner"),
    clock,
    rules,
    writer: {
      record: "host-target",
      processorVersion: 1,
      previousOf: (current) => current,
      nameOf: (topic, key) => (sliced ? `${topic.slice(SLICE.length)}/${key}` : key),
    },
    marks: sliced ? "when-changed" : "every-cut",
    placeOf: (name) => {
      const [slice = "", key = ""] = name.split("/");
      return sliced
        ? { topic: `${SLICE}${slice}`, partition: 0, key }
        : { topic: TOPIC, partition: 0, key: name };
    },
    streams: async () =>
      sliced
        ? (await log.topics())
            .filter(({ name }) => name.startsWith(SLICE))
            .map(({ name }) => ({ topic: name, partition: 0 }))
        : [{ topic: TOPIC, partition: 0 }],
    create: create ?? ((topics) => log.createTopics(topics.map(sliceTopic))),
    arrived: new Signal(),
    onHold: () => {},
  });
}

/** What another owner, or this one long ago, says of a key; lands now. */
async function landed(
  revision: number,
  key: string,
  target: string | null,
  topic = TOPIC,
): Promise<void> {
  const current = target === null ? null : member(target);
  const hash = derivedHash("host-target", key, current);
  const value = encode("host-target", {
    revision,
    index: 0,
    op: current === null ? "DELETE" : "UPDATE",
    previous: null,
    current,
    hash,
    changeId: "",
    actor: "",
    reason: "",
    occurredAt: 0,
    causes: [],
    processorVersion: 1,
  });
  await nouns.append(topic, 0, key, value);
  await nouns.quiet();
}

async function landedMark(revision: number, sum: bigint): Promise<void> {
  await nouns.append(TOPIC, 0, MARK_KEY, encode("mark", { revision, sum, count: 0 }));
  await nouns.quiet();
}

const shown = (topic = TOPIC): string[] =>
  nouns.shown(topic, 0, (current) => (current as HostTarget).targets.join());
const does = async <Value>(what: Promise<Value>): Promise<Value> => {
  const value = await nouns.settle(what);
  await nouns.quiet();
  return value;
};

/** Recovered at 5 with `k` = a, so that it jumped over whatever was before. */
async function recovered(rules: Rules = RULES): Promise<TopicOutput<HostTarget>> {
  const own = output(rules);
  await does(own.recover(step(5, { k: "a" })));
  expect(shown()).toEqual(["k=a@5", "mark@5"]);
  return own;
}

test("recovery writes what differs, removes what should not be there, and marks", async () => {
  await landed(1, "same", "a");
  await landed(2, "other", "a");
  await landed(3, "extra", "a");
  await does(output().recover(step(5, { same: "a", other: "b", fresh: "c" })));
  expect(shown().slice(3).sort()).toEqual(["extra=gone@5", "fresh=c@5", "mark@5", "other=b@5"]);
});

test("the causes of what recovery removes are those of its key", async () => {
  await landed(3, "extra", "a");
  await does(output().recover(step(5, {})));
  const [, removal] = nouns.log.peek(TOPIC, 0);
  const { causes } = decodeAs("host-target", removal?.value ?? new Uint8Array());
  expect(causes).toEqual([{ kind: "Host", key: "extra", revision: 5 }]);
});

test("several steps share an append; each has its records and its mark", async () => {
  const own = await recovered();
  await does(own.write([step(6, { k: "b" }), step(7, {}), step(8, { k: undefined, l: "x" })]));
  expect(shown().slice(2)).toEqual(["k=b@6", "mark@6", "mark@7", "k=gone@8", "l=x@8", "mark@8"]);
});

test("when it skips cuts, readers of many inputs find none in common", async () => {
  const own = await recovered({ ...RULES, markEveryCut: false });
  await does(own.write([step(6, {}), step(7, { k: "b" })]));
  expect(shown().slice(2)).toEqual(["k=b@7", "mark@7"]);
});

test("an equal value is not written again", async () => {
  const own = await recovered();
  await does(own.write([step(6, { k: "a" })]));
  expect(shown().slice(2)).toEqual(["mark@6"]);
});

test("a late truth of a revision that was jumped over is repaired, and marked", async () => {
  const play = async (rules: Rules): Promise<string[]> => {
    nouns = new NounLog();
    await nouns.createTopics();
    const own = await recovered(rules);
    await landed(3, "went", "x");
    await does(own.repair());
    return shown().slice(3);
  };
  expect(await play(RULES)).toEqual(["went=gone@5", "mark@5"]);
  expect(await play({ ...RULES, repairLateTruths: false })).toEqual([]);
});

test("a late truth above the own label, with another value, is answered with the own", async () => {
  const own = await recovered();
  await does(own.write([step(9, {})]));
  await landed(7, "k", "z");
  expect(await does(own.repair())).toBe(true);
  expect(shown().slice(-2)).toEqual(["k=a@9", "mark@9"]);
  expect(await does(own.repair())).toBe(false);
});

test("a late truth with the own value needs nothing", async () => {
  const own = await recovered();
  await does(own.write([step(9, {})]));
  const before = shown().length;
  await landed(7, "k", "a");
  expect(await does(own.repair())).toBe(false);
  expect(shown()).toHaveLength(before + 1);
});

test("what can not be read does not outlive the truth of its key, nor the mark", async () => {
  const own = await recovered();
  const misplaced = encode("mark", { revision: 1, sum: 1n, count: 1 });
  for (const value of [misplaced, new Uint8Array()]) {
    await nouns.append(TOPIC, 0, "k", value);
    await nouns.append(TOPIC, 0, "unknown", new Uint8Array());
    await nouns.append(TOPIC, 0, MARK_KEY, new Uint8Array());
    await nouns.quiet();
    expect(await does(own.repair())).toBe(true);
    expect(await does(own.repair()), "nothing is left to heal").toBe(false);
    nouns.log.compactNow({ lagMs: 0 });
    expect(shown().sort()).toEqual(["k=a@5", "mark@5", "unreadable"]);
  }
  await own.close();
  await nouns.append(TOPIC, 0, "k", new Uint8Array());
  const next = output();
  await does(next.recover(step(5, { k: "a" })));
  await does(next.repair());
  nouns.log.compactNow({ lagMs: 0 });
  expect(shown().sort()).toEqual(["k=a@5", "mark@5", "unreadable"]);
});

test("a shadowing copy is repaired, whether it lands after the start or lay there before", async () => {
  await landed(4, "k", "a");
  await landed(2, "k", "old");
  const own = output();
  await does(own.recover(step(5, { k: "a" })));
  await does(own.repair());
  expect(shown().slice(2)).toEqual(["mark@5", "k=a@5", "mark@5"]);
  await landed(3, "k", "older");
  await does(own.repair());
  expect(shown().slice(-2)).toEqual(["k=a@5", "mark@5"]);
});

test("a lower mark that lies last is followed by the own", async () => {
  const own = await recovered();
  await landedMark(4, 0n);
  await does(own.repair());
  expect(shown().at(-1)).toBe("mark@5");
  expect(await does(own.repair())).toBe(false);
});

test("records ahead of the own cut are left alone, and judged when the cut is there", async () => {
  const own = await recovered();
  await landed(7, "k", "b");
  expect(await does(own.repair())).toBe(false);
  await does(own.write([step(6, {}), step(7, { k: "b" })]));
  await does(own.repair());
  const last = shown().at(-1);
  expect(last).toBe("mark@7");
  expect(new Set(shown().slice(2))).toEqual(new Set(["k=b@7", "mark@6", "mark@7"]));
});

test("a rival's record at the own cut that says something else is a contradiction", async () => {
  const own = await recovered();
  await landed(5, "k", "z");
  await expect(does(own.repair())).rejects.toMatchObject({ name: "Contradiction" });
});

test("a rival's mark at the own cut with another sum is a contradiction", async () => {
  const own = await recovered();
  await landedMark(5, 1n);
  await expect(does(own.repair())).rejects.toMatchObject({ name: "Contradiction" });
});

test("an own output that already says something else at the revision of the start is one too", async () => {
  await landed(5, "k", "z");
  await expect(does(output().recover(step(5, { k: "a" })))).rejects.toMatchObject({
    name: "Contradiction",
  });
});

test("slices: each has its topic, its records and its own marks, only where it changed", async () => {
  const own = output(RULES, true);
  await does(own.recover(step(5, { "a/k": "x", "a/": undefined, "b/": undefined })));
  expect(shown(`${SLICE}a`)).toEqual(["k=x@5", "mark@5"]);
  expect(shown(`${SLICE}b`)).toEqual(["mark@5"]);
  await does(own.write([step(6, { "a/l": "y" }), step(7, { "c/": undefined })]));
  expect(shown(`${SLICE}a`).slice(2)).toEqual(["l=y@6", "mark@6"]);
  expect(shown(`${SLICE}b`)).toEqual(["mark@5"]);
  expect(shown(`${SLICE}c`)).toEqual(["mark@7"]);
});

test("slices: what no longer belongs to any is removed at the start, in topics of old", async () => {
  await does(output(RULES, true).recover(step(5, { "a/k": "x" })));
  await does(output(RULES, true).recover(step(6, { "b/": undefined })));
  expect(shown(`${SLICE}a`).slice(2)).toEqual(["k=gone@6", "mark@6"]);
});

test("slices: a repair is followed by a mark, or no new reader could use the slice", async () => {
  const play = async (rules: Rules): Promise<string[]> => {
    nouns = new NounLog();
    await nouns.createTopics();
    const own = output(rules, true);
    await does(own.recover(step(5, { "a/k": "x" })));
    await does(own.write([step(6, { "a/k": "y" })]));
    await nouns.appendAgain(`${SLICE}a`, 0, 0);
    await nouns.quiet();
    await does(own.repair());
    return shown(`${SLICE}a`).slice(5);
  };
  expect(await play(RULES)).toEqual(["k=y@6", "mark@6"]);
  expect(await play({ ...RULES, markAfterRepair: false })).toEqual(["k=y@6"]);
});

test("slices: a rival's label above the own mark is covered by a mark, or the slice has none for it", async () => {
  const own = output(RULES, true);
  await does(own.recover(step(5, { "a/k": "x" })));
  await does(own.write([step(7, { "b/": undefined })]));
  await landed(6, "k", "x", `${SLICE}a`);
  await does(own.repair());
  expect(shown(`${SLICE}a`)).toEqual(["k=x@5", "mark@5", "k=x@6", "mark@7"]);
  expect(await does(own.repair())).toBe(false);
});

/** The topic goes, and nobody who follows it has heard of it yet. */
async function removed(topic: string): Promise<void> {
  void nouns.log.deleteTopics([topic]);
  await nouns.scheduler.step();
}

test("slices: one that is gone when it is appended to is written anew, whole; the others go on", async () => {
  const own = output(RULES, true);
  await does(own.recover(step(5, { "a/k": "x", "a/l": "y", "b/k": "x" })));
  await removed(`${SLICE}a`);
  await does(own.write([step(6, { "a/k": "z" }), step(7, { "a/m": "x", "b/k": "y" })]));
  expect(shown(`${SLICE}a`).slice(0, -1).sort()).toEqual(["k=z@7", "l=y@7", "m=x@7"]);
  expect(shown(`${SLICE}a`).at(-1)).toBe("mark@7");
  expect(shown(`${SLICE}b`).slice(2)).toEqual(["k=y@7", "mark@7"]);
  await does(own.write([step(8, { "a/k": undefined })]));
  expect(shown(`${SLICE}a`).slice(-2)).toEqual(["k=gone@8", "mark@8"]);
});

test("slices: one that is gone and belongs to nothing is forgotten, until it belongs to something", async () => {
  const own = output(RULES, true);
  await does(own.recover(step(5, { "a/k": "x" })));
  await removed(`${SLICE}a`);
  await does(own.write([{ ...step(6, { "a/k": undefined }), isInForce: () => false }]));
  await does(own.repair());
  expect(() => shown(`${SLICE}a`)).toThrow("titan.slice.a");
  await does(own.write([step(7, { "a/k": "y" })]));
  expect(shown(`${SLICE}a`)).toEqual(["k=y@7", "mark@7"]);
});

test("slices: one that goes whenever it is made ends the task in the end, and not before", async () => {
  const made: string[] = [];
  const own = output(RULES, true, async (topics) => {
    made.push(...topics);
    await nouns.log.createTopics(topics.map(sliceTopic));
    if (made.length !== 2) await nouns.log.deleteTopics(topics);
  });
  await does(own.recover(step(5, { "a/k": "x" })));
  expect(shown(`${SLICE}a`)).toEqual(["k=x@5", "mark@5"]);
  await removed(`${SLICE}a`);
  await expect(does(own.write([step(6, { "a/k": "y" })]))).rejects.toMatchObject({
    code: "unknown-topic",
  });
});

test("a partition that is no slice is never made anew: without its topic the task ends", async () => {
  const own = await recovered();
  await removed(TOPIC);
  await expect(does(own.write([step(6, { k: "b" })]))).rejects.toMatchObject({
    code: "unknown-topic",
  });
});

test("records ahead that lay there before the start are left alone too", async () => {
  await landed(7, "k", "b");
  const own = output();
  await does(own.recover(step(5, { k: "a" })));
  await does(own.repair());
  expect(shown().slice(1)).toEqual(["k=a@5", "mark@5"]);
  await does(own.write([step(6, {}), step(7, { k: "b" })]));
  await does(own.repair());
  expect(new Set(shown().slice(3))).toEqual(new Set(["k=b@7", "mark@6", "mark@7"]));
});

test("a mark that lay there before the start, at its revision with another sum, is a contradiction", async () => {
  await landedMark(5, 99n);
  const own = output();
  await does(own.recover(step(5, { k: "a" })));
  await expect(does(own.repair())).rejects.toMatchObject({ name: "Contradiction" });
});
