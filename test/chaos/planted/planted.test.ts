import { afterAll, beforeAll, expect, test } from "vitest";
import { ANOMALIES } from "../checks/anomaly.ts";
import { checkHistory } from "../checks/check-history.ts";
import { LIES } from "./lies.ts";
import { RecordedTitan, type Recorded } from "./recorded.ts";
import { TAMPERED_READS } from "./tampered-reads.ts";
import { TAMPERED_WRITES } from "./tampered-writes.ts";

const TAMPERINGS = [...TAMPERED_WRITES, ...TAMPERED_READS];
/** What a lie does to a history is up to chance, so it may take a few. */
const HISTORIES_MAX = 5;

let titan: RecordedTitan;
let honest: Recorded;
beforeAll(async () => {
  titan = await RecordedTitan.start();
  honest = await titan.record(1);
});
afterAll(async () => await titan[Symbol.asyncDispose]());

function kindsIn({ workspace, lines, topics }: Recorded): readonly string[] {
  return checkHistory(workspace, lines, topics).map(({ kind }) => kind);
}

test("an honest server shows no anomaly", () => {
  expect(checkHistory(honest.workspace, honest.lines, honest.topics)).toEqual([]);
});

test.each(TAMPERINGS)("%s: %s", (_name, shows, tamper) => {
  expect(kindsIn(tamper(honest))).toContain(shows);
});

test("each kind of anomaly is planted", () => {
  expect(new Set(TAMPERINGS.map(([, shows]) => shows))).toEqual(new Set(ANOMALIES));
});

test.each(LIES)("a broken server, $name: $shows", async ({ shows, make }) => {
  const kinds = new Set<string>();
  for (let seed = 1; seed <= HISTORIES_MAX && !kinds.has(shows); seed += 1) {
    for (const kind of kindsIn(await titan.record(seed, make()))) kinds.add(kind);
  }
  expect([...kinds]).toContain(shows);
});
