import { NounLog } from "@titan/processor-runtime/testing";
import { encode } from "@titan/schema-codec";
import { expect, test } from "vitest";
import { assigned } from "./testing/scripted-transport.ts";
import { StreamWriter } from "./testing/stream-writer.ts";
import { TopicReader } from "./topic-reader.ts";
import type { TransportProblem } from "./transport.ts";

const OWN = "titan.host.default.tim-pi";
const MINUTE_MS = 60_000;

/** A reading, and what it tells: `begin`, `key@label`, `mark@revision`. */
function read(reader: TopicReader) {
  const told: string[] = [];
  const ended: TransportProblem[] = [];
  const reading = reader.read({
    begin: () => told.push("begin"),
    record: ({ key, revision }) => told.push(`${key}@${revision}`),
    mark: ({ revision }) => told.push(`mark@${revision}`),
  });
  void reading.then((problem) => ended.push(problem));
  return { told, ended };
}

test("a cut that does not verify for a minute is read again from zero, once", async () => {
  const nouns = new NounLog();
  const own = await nouns.settle(StreamWriter.open(nouns.log, OWN));
  await nouns.settle(own.says("default/prod", 3, assigned("default/prod")));
  await nouns.settle(own.says("default/test", 4, assigned("default/test")));
  await nouns.settle(own.append("mark", encode("mark", { revision: 5, sum: 1n, count: 2 })));
  const stop = new AbortController();
  const reader = new TopicReader(nouns.log, OWN, nouns.clock, stop.signal);

  const first = read(reader);
  await nouns.scheduler.runFor(MINUTE_MS / 2);
  expect(first.told).toEqual(["begin", "default/prod@3", "default/test@4", "mark@4"]);
  expect(first.ended).toEqual([]);
  await nouns.scheduler.runFor(2 * MINUTE_MS);
  expect(first.ended).toMatchObject([{ code: "not-verified" }]);

  const second = read(reader);
  await nouns.scheduler.runFor(5 * MINUTE_MS);
  expect(second.told).toEqual(first.told);
  expect(second.ended).toEqual([]);
  await nouns.settle(own.says("default/prod", 6, null));
  await nouns.scheduler.runFor(1_000);
  expect(second.told.slice(first.told.length)).toEqual(["default/prod@6", "mark@6"]);
  stop.abort();
  await nouns.scheduler.runFor(1_000);
  expect(second.ended).toMatchObject([{ code: "closed" }]);
});
