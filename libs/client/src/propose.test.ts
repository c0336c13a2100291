import { createSimulatedLog, SeededScheduler, seededRandom } from "@titan/event-log/testing";
import type { Clock } from "@titan/processor-runtime";
import { ConfigError } from "@titan/processor-runtime/service";
import { encode } from "@titan/schema-codec";
import { afterEach, expect, test } from "vitest";
import type { Change } from "./change.ts";
import { ClientError, OutcomeUnknown } from "./client-error.ts";
import { openTitan } from "./open-titan.ts";
import { applied, countedCommits, deleted, install, startFeed } from "./testing/running-feed.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function started(log = createSimulatedLog()) {
  const feed = await startFeed(log);
  const titan = await openTitan(log);
  closing.push(
    () => feed.stop(),
    () => titan.close(),
  );
  return { log, titan };
}

function host(name: string, more: Partial<Change> = {}): Change {
  return { actor: "tester", operations: [applied("Host", name)], ...more };
}

test("an accepted change and a refused one have their verdicts, revisions and reasons", async () => {
  const { log, titan } = await started();
  expect(await titan.propose(host("one", { reason: "first" }))).toMatchObject({
    verdict: "accepted",
    revision: 2,
    problems: [],
    outcomes: [{ kind: "Host", key: "default/one", result: "created" }],
  });
  const deployment = applied("Deployment", "web", { workload: "no", template: "no", target: "no" });
  const refused = await titan.propose({ actor: "tester", operations: [deployment] });
  expect(refused).toMatchObject({ verdict: "refused", revision: 3, outcomes: [] });
  expect(refused.problems.map(({ code }) => code)).toContain("reference-not-found");
  const late = { ...applied("Host", "one"), expected: 7 };
  const conflict = await titan.propose({ actor: "tester", operations: [late] });
  expect(conflict.problems.map(({ code }) => code)).toEqual(["revision-mismatch"]);
  expect(countedCommits(log)[1]).toMatchObject({ actor: "tester", reason: "first" });
});

test("a repetition under its key gets the first verdict, also after a restart, and does nothing", async () => {
  const { log, titan } = await started();
  const key = await titan.newKey();
  const first = await titan.propose(host("one", { key }));
  await titan.propose({ actor: "tester", operations: [deleted("Host", "one")] });
  expect(await titan.propose(host("one", { key }))).toEqual(first);
  for (let at = 0; at < 20; at += 1) await titan.propose(host(`host-${at}`));
  const again = await openTitan(log);
  expect(await again.propose(host("one", { key }))).toEqual(first);
  await again.close();
  expect(countedCommits(log).filter(({ proposalId }) => proposalId === key.id)).toHaveLength(1);
});

test("lost, doubled and late appends: every change counts once, and its verdict is its own", async () => {
  const scheduler = new SeededScheduler(seededRandom(7));
  const timing = { landMs: 20, answerMs: 5, deliverMs: 20, lateMs: 2_000 };
  const log = createSimulatedLog({ scheduler, random: seededRandom(8), timing });
  const clock: Clock = {
    now: () => Math.floor(scheduler.now()),
    sleep: (durationMs) => new Promise((resolve) => scheduler.after(durationMs, resolve)),
  };
  await scheduler.settle(startFeed(log, clock));
  const titan = await scheduler.settle(openTitan(log, { clock }));
  log.setFaults({
    lostAcknowledgement: 0.2,
    lostAppend: 0.2,
    duplicateLanding: 0.2,
    delayedLanding: 0.2,
    offsetGap: 0.2,
    staleDelivery: 0.1,
  });
  const names = Array.from({ length: 60 }, (_, at) => `host-${at}`);
  const proposing = names.map((name) => titan.propose(host(name), { timeoutMs: 3_600_000 }));
  const verdicts = await scheduler.settle(Promise.all(proposing));
  log.heal();
  const commits = countedCommits(log);
  expect(log.peek("titan.proposal", 0).length).toBeGreaterThan(names.length);
  expect(commits).toHaveLength(1 + names.length);
  verdicts.forEach(({ revision, verdict }, at) => {
    expect(verdict).toBe("accepted");
    expect(commits[revision - 1]?.outcomes[0]?.key).toBe(`default/${names[at]}`);
  });
});

test("without a feed the outcome is unknown; the same change under its key is made once", async () => {
  const log = createSimulatedLog();
  await install(log);
  const titan = await openTitan(log);
  closing.push(() => titan.close());
  const unknown: unknown = await titan
    .propose(host("one"), { timeoutMs: 20 })
    .catch((e: unknown) => e);
  expect(unknown).toBeInstanceOf(OutcomeUnknown);
  const { key, code } = unknown as OutcomeUnknown;
  expect(code).toBe("outcome-unknown");
  const stop = new AbortController();
  const aborted = titan.propose(host("one", { key }), { signal: stop.signal });
  stop.abort();
  await expect(aborted).rejects.toMatchObject({ code: "outcome-unknown", key });
  const sent = log.peek("titan.proposal", 0).map(({ value }) => Buffer.from(value).toString("hex"));
  expect(new Set(sent).size).toBe(1);

  const feed = await startFeed(log);
  closing.push(() => feed.stop());
  expect(await titan.propose(host("one", { key }))).toMatchObject({
    verdict: "accepted",
    revision: 2,
  });
  expect(countedCommits(log)).toHaveLength(2);
});

test("a commit that does not count is no verdict", async () => {
  const log = createSimulatedLog();
  const feed = await startFeed(log);
  const titan = await openTitan(log);
  await titan.propose(host("zero"));
  await feed.stop();
  const key = await titan.newKey();
  const waiting = titan.propose(host("one", { key }));
  const counted = countedCommits(log);
  const last = counted.at(-1);
  if (last === undefined) throw new Error("nothing counts");
  for (const more of [
    { predecessor: "another" },
    { revision: last.revision + 5, predecessor: last.id },
  ]) {
    const forged = {
      ...last,
      id: "forged",
      revision: last.revision + 1,
      proposalId: key.id,
      ...more,
    };
    const records = [{ key: "", value: encode("commit", { ...forged, accepted: false }) }];
    await log.append([{ topic: "titan.change", partition: 0, records }]);
  }
  const again = await startFeed(log);
  closing.push(
    () => again.stop(),
    () => titan.close(),
  );
  const verdict = await waiting;
  expect(verdict).toMatchObject({ verdict: "accepted", revision: 3 });
  expect(await titan.propose(host("one", { key }))).toEqual(verdict);
});

test("what does not fit, and a client that was closed, are told apart from an unknown outcome", async () => {
  const { log, titan } = await started();
  const large = applied("Template", "t", { files: { a: { text: "x".repeat(1024 * 1024) } } });
  const before = log.peek("titan.proposal", 0).length;
  await expect(titan.propose({ actor: "tester", operations: [large] })).rejects.toMatchObject({
    name: "ClientError",
    code: "proposal-too-large",
  });
  expect(log.peek("titan.proposal", 0)).toHaveLength(before);
  await titan.close();
  await expect(titan.propose(host("one"))).rejects.toSatisfy(
    (error) => error instanceof ClientError && error.code === "closed",
  );
});

test("a log without an installation is refused, and nothing is made in it", async () => {
  const log = createSimulatedLog();
  await expect(openTitan(log)).rejects.toMatchObject({ code: "no-installation" });
  expect(await log.topics()).toEqual([]);
  await expect(openTitan("nowhere")).rejects.toThrow(ConfigError);
});
