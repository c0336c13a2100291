import { readFileSync } from "node:fs";
import { deploymentFanout } from "@titan/deployment-fanout";
import { STREAMS, type RetentionClass, type ServiceName, type Stream } from "@titan/domain";
import { gitTree } from "@titan/gitops-writer";
import { replicaAssignment } from "@titan/replica-assignment";
import { readSubjects } from "@titan/schema-codec";
import { deploymentSlices, hostSlices } from "@titan/stream-forwarder";
import { targetDelta } from "@titan/target-delta";
import { templateRender } from "@titan/template-render";
import { expect, test } from "vitest";
import { ROOT } from "./source-files.ts";

type Declared = Pick<typeof targetDelta, "consumes"> & {
  readonly emits: { readonly kind: string; readonly stream?: string; readonly prefix?: string };
};
const VIEWS: readonly (readonly [ServiceName, Declared])[] = [
  ["target-delta", targetDelta],
  ["replica-assignment", replicaAssignment],
  ["deployment-fanout", deploymentFanout],
  ["template-render", templateRender],
  ["stream-forwarder", hostSlices],
  ["stream-forwarder", deploymentSlices],
  ["gitops-writer", gitTree],
];
const PROCESSORS = new Set(VIEWS.map(([service]) => service));
/** The runtime reads and writes these for every view. */
const OF_THE_RUNTIME = ["titan.view", "titan.frontier", "titan.dead-letter"];
/** What a view's output does not go through the runtime for. */
const EFFECTS: Readonly<Record<string, ServiceName>> = { "titan.git-commit": "gitops-writer" };

const streams: readonly Stream[] = STREAMS;
const kept: Readonly<Record<RetentionClass, string>> = {
  "thirty-days": "30 days",
  "for-ever": "for ever: the audit record",
  latest: "latest per key",
  "latest-and-window": "latest per key, and the audit window",
};
const written = ({ emits }: Declared, topic: string): boolean =>
  emits.stream === topic || (emits.prefix !== undefined && topic.startsWith(`${emits.prefix}<`));
const processors = (services: readonly ServiceName[]): readonly ServiceName[] =>
  services.filter((service) => PROCESSORS.has(service)).sort();
const ofViews = (isPart: (view: Declared) => boolean): readonly ServiceName[] =>
  [...new Set(VIEWS.filter(([, view]) => isPart(view)).map(([service]) => service))].sort();

const ofOneView = streams.filter(({ topic }) => !OF_THE_RUNTIME.includes(topic));

test.each(ofOneView)("$topic is read by the views that say so", ({ topic, readers }) => {
  expect(processors(readers)).toEqual(ofViews(({ consumes }) => consumes.includes(topic)));
});

test.each(ofOneView)("$topic is written by the view that says so", ({ topic, writers }) => {
  const effect = EFFECTS[topic];
  const declared = ofViews((view) => written(view, topic));
  expect(processors(writers)).toEqual(effect === undefined ? declared : [effect]);
});

test("every view consumes and emits streams that there are", () => {
  for (const [, view] of VIEWS) {
    for (const topic of view.consumes) expect(streams.map((row) => row.topic)).toContain(topic);
    if (view.emits.kind !== "elsewhere") {
      expect(streams.filter(({ topic }) => written(view, topic))).toHaveLength(1);
    }
  }
});

test("every schema is on a stream, and every stream has a schema", () => {
  const records = new Set([...streams.map(({ record }) => record), "mark"]);
  expect([...records].sort()).toEqual(readSubjects());
});

test("the README's table of streams is this one", () => {
  const head = "| topic | key | partitions | kept | written by | read by |";
  const table = [
    head,
    "| --- | --- | --- | --- | --- | --- |",
    ...streams.map(
      ({ topic, key, partitions, retention, writers, readers }) =>
        `| \`${topic}\` | ${key} | ${partitions} | ${kept[retention]} | ${writers.join(", ")} | ${readers.join(", ")} |`,
    ),
  ];
  const lines = readFileSync(`${ROOT}README.md`, "utf8").split("\n");
  const from = lines.indexOf(head);
  const found = from < 0 ? [] : lines.slice(from, from + table.length);
  expect(found.join("\n"), `paste this table:\n\n${table.join("\n")}\n`).toBe(table.join("\n"));
});
