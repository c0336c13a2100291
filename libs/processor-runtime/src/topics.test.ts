import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { AUDIT_WINDOW_MS, FIRST_TOPICS, fixedTopics, sliceTopic } from "./topics.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const counts = { hostPartitions: 8, deploymentPartitions: 4 };
const byName = new Map(fixedTopics(counts).map((topic) => [topic.name, topic]));
const forever = { kind: "forever" };
const days = { kind: "age", ageMs: 30 * DAY_MS };
const latest = { kind: "latest", lagMs: 0 };
const nouns = { kind: "latest", lagMs: AUDIT_WINDOW_MS };

/** The table of DESIGN.md section 2, by hand: partitions and what is kept. */
const DESIGN = [
  ["titan.proposal", 1, days],
  ["titan.change", 1, forever],
  ["titan.workspace", 1, nouns],
  ["titan.workload", 1, nouns],
  ["titan.target", 1, nouns],
  ["titan.template", 1, nouns],
  ["titan.deployment", 1, nouns],
  ["titan.host", 8, nouns],
  ["titan.token", 1, nouns],
  ["titan.view", 1, nouns],
  ["titan.frontier", 1, latest],
  ["titan.host-target", 8, latest],
  ["titan.assignment", 1, nouns],
  ["titan.host-deployment", 8, nouns],
  ["titan.rendered-deployment", 4, nouns],
  ["titan.host-status", 8, nouns],
  ["titan.report", 1, nouns],
  ["titan.git-commit", 1, forever],
  ["titan.dead-letter", 1, days],
] as const;

test.each(DESIGN)("%s has %i partitions and is kept as designed", (name, partitions, retention) => {
  expect(byName.get(name)).toMatchObject({ name, partitions, retention });
});

test("there is no fixed topic besides", () => {
  expect([...byName.keys()].sort()).toEqual(DESIGN.map(([name]) => name).sort());
});

test("a slice is one partition that is kept like a noun", () => {
  expect(sliceTopic("titan.host.iot.tim-pi")).toEqual({
    name: "titan.host.iot.tim-pi",
    partitions: 1,
    retention: nouns,
    durability: "rebuildable",
  });
});

test("proposals and commits are there before the installation is known, and are synced", () => {
  expect(FIRST_TOPICS).toEqual([byName.get("titan.proposal"), byName.get("titan.change")]);
  const synced = [...byName.values()].filter(({ durability }) => durability === "synced");
  expect(synced.map(({ name }) => name).sort()).toEqual([
    "titan.change",
    "titan.git-commit",
    "titan.host-status",
    "titan.proposal",
    "titan.report",
  ]);
});

test("nothing in this library waits on the process clock", () => {
  const sources = ["task", "topic-output", "own-stream", "alignment", "cut-fold", "input-reader"];
  for (const name of sources) {
    const text = readFileSync(new URL(`./${name}.ts`, import.meta.url), "utf8");
    expect(text, name).not.toMatch(/Date\.now|setTimeout|Math\.random/);
  }
});
