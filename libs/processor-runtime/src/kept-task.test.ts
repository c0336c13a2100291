import type { HostTarget } from "@titan/domain";
import { beforeEach, expect, test } from "vitest";
import { readStatement } from "./read-statement.ts";
import { RULES, type Rules } from "./rules.ts";
import { viewTask } from "./run-view.ts";
import type { Snapshots } from "./snapshots.ts";
import { membershipView } from "./testing/membership-view.ts";
import { NounLog, viewVersion } from "./testing/noun-log.ts";
import { gone, host } from "./testing/nouns.ts";

const OUTPUT = "titan.host-target";

/** Keeps everything whenever it can. */
class MemorySnapshots implements Snapshots {
  readonly kept: ArrayBuffer[] = [];
  forgotten = 0;

  read(): Promise<ArrayBuffer | undefined> {
    return Promise.resolve(this.kept.at(-1)?.slice());
  }

  write(_task: string, pieces: Iterable<Uint8Array>): Promise<void> {
    this.kept.push(new Uint8Array(Buffer.concat([...pieces])).buffer);
    return Promise.resolve();
  }

  forget(): Promise<void> {
    this.kept.length = 0;
    this.forgotten += 1;
    return Promise.resolve();
  }

  isDue(_task: string, records: number): boolean {
    return records > 0;
  }
}

let nouns: NounLog;
let snapshots: MemorySnapshots;
beforeEach(async () => {
  snapshots = new MemorySnapshots();
  nouns = await newLog();
});

async function newLog(): Promise<NounLog> {
  const log = new NounLog();
  await log.createTopics();
  await log.commit(viewVersion("target-delta", 1));
  return log;
}

const shown = (): string[] =>
  nouns.shown(OUTPUT, 0, (current) => (current as HostTarget).targets.join());

const marks = () =>
  nouns.log.peek(OUTPUT, 0).flatMap((record) => {
    const read = readStatement(record);
    return read.kind === "mark" ? [read.mark] : [];
  });

/** Runs a task until nothing moves; answers the keys that it learned, by step. */
async function run(
  work: () => Promise<void> = async () => {},
  rules: Rules = RULES,
  changed: Partial<typeof membershipView> = {},
) {
  const learned: string[][] = [];
  const view = {
    ...membershipView,
    ...changed,
    learn: (state: never, records: Parameters<typeof membershipView.learn>[1]) => {
      learned.push(records.map(({ key }) => key));
      return membershipView.learn(state, records);
    },
  };
  const { log, clock, counts } = nouns;
  const client = log.client("owner");
  const task = viewTask(view, 0, { log: client, clock, counts, rules, snapshots });
  const ended = task.run();
  await nouns.quiet();
  await work();
  await nouns.quiet();
  task.stop();
  await nouns.quiet();
  await nouns.settle(ended);
  return learned;
}

/** A task that has come to rest with two hosts, and was kept there. */
async function keepTwo(): Promise<void> {
  await nouns.commit(host("a", { site: "lab" }));
  await run(async () => {
    await nouns.commit(host("b", { site: "lab" }));
  });
  expect(snapshots.kept.length).toBeGreaterThan(0);
}

test("a task that was kept learns only what changed since, and writes only what differs", async () => {
  await keepTwo();
  await nouns.commit(host("c", { site: "barn" }), gone(host("b")));
  const before = shown().length;
  const learned = await run();
  expect(learned.map((keys) => keys.toSorted())).toEqual([["default/b", "default/c"]]);
  expect(shown().slice(before)).toEqual(["default/c=default/barn@4", "default/b=gone@4", "mark@4"]);
});

test("when nothing changed since, nothing is learned", async () => {
  await keepTwo();
  const before = shown();
  expect(await run()).toEqual([[]]);
  expect(shown()).toEqual([...before, "mark@3"]);
});

test("what others wrote since it was kept is looked at again", async () => {
  await keepTwo();
  const kept = [...snapshots.kept];
  // To another site and back: seen from where it was kept the host is what it was.
  await nouns.commit(host("a", { site: "barn" }));
  await run();
  await nouns.commit(host("a", { site: "lab" }));
  snapshots.kept.splice(0, Infinity, ...kept);
  const before = shown().length;
  await run();
  expect(shown().slice(before)).toEqual(["default/a=default/lab@5", "mark@5"]);
});

test("what is kept by another version is not taken", async () => {
  await keepTwo();
  await nouns.commit(viewVersion("target-delta", 2));
  const learned = await run(undefined, RULES, { version: 2 });
  expect(learned.map((keys) => keys.toSorted())).toEqual([["default/a", "default/b"]]);
});

test("what another release has kept is not taken", async () => {
  await keepTwo();
  const kept = Buffer.from(snapshots.kept.at(-1) ?? new ArrayBuffer());
  const at = kept.indexOf("release ") + "release ".length;
  expect(at, "it says which release it is").toBeGreaterThan(0);
  kept.write("9", at);
  snapshots.kept.push(new Uint8Array(kept).buffer);
  const learned = await run();
  expect(learned.map((keys) => keys.toSorted())).toEqual([["default/a", "default/b"]]);
});

test("what other code of the same release has kept in another way is not taken", async () => {
  await nouns.commit(host("a", { site: "lab" }));
  await run(() => Promise.resolve(), RULES, { keepIn: (_, archive) => void archive.json(1) });
  expect(snapshots.kept.length).toBeGreaterThan(0);
  expect(await run()).toEqual([["default/a"]]);
  expect(snapshots.forgotten).toBe(1);
});

test("what is kept of another log is not believed: its cuts are not there", async () => {
  await keepTwo();
  nouns = await newLog();
  await nouns.commit(host("z", { site: "lab" }));
  expect(await run()).toEqual([["default/z"]]);
  expect(snapshots.forgotten).toBe(1);
  expect(shown()).toEqual(["default/z=default/lab@2", "mark@2"]);
});

test("nor is it when that log is longer and has other sums", async () => {
  await keepTwo();
  nouns = await newLog();
  await nouns.commit(host("z", { site: "lab" }));
  for (let at = 0; at < 5; at += 1) await nouns.commit(host("y", { site: `s${at}` }));
  await run();
  expect(snapshots.forgotten).toBe(1);
  expect(shown()).toContain("default/z=default/lab@7");
});

test("a state that was not what the sums say is found at the next cut", async () => {
  await keepTwo();
  // The hash of a host, in the columns of the fold.
  const kept = snapshots.kept.at(-1) ?? new ArrayBuffer();
  const hashes = new BigUint64Array(kept, 0, Math.floor(kept.byteLength / 8));
  const at = hashes.indexOf(nouns.statements("titan.host")[0]?.hash ?? 0n);
  expect(at, "the hash is somewhere").toBeGreaterThanOrEqual(0);
  hashes[at] = (hashes[at] ?? 0n) ^ 1n;
  await nouns.commit(host("a", { site: "barn" }));
  await run();
  expect(snapshots.forgotten).toBe(1);
  expect(shown().at(-2)).toBe("default/a=default/barn@4");
});

test("an output that was not what its mark says is not believed", async () => {
  await keepTwo();
  // The hash of a membership, in the columns of the own output.
  const kept = snapshots.kept.at(-1) ?? new ArrayBuffer();
  const hashes = new BigUint64Array(kept, 0, Math.floor(kept.byteLength / 8));
  const at = hashes.indexOf(nouns.statements(OUTPUT)[0]?.hash ?? 0n);
  expect(at, "the hash is somewhere").toBeGreaterThanOrEqual(0);
  hashes[at] = (hashes[at] ?? 0n) ^ 1n;
  const [before] = marks().slice(-1);
  await run();
  const [after] = marks().slice(-1);
  expect(after?.sum, "nothing changed, so the sum did not").toBe(before?.sum);
  expect(snapshots.forgotten).toBe(1);
});
