import { partitionOf } from "@titan/domain";
import {
  taskCount,
  type InputRecord,
  type PartitionCounts,
  type View,
} from "@titan/processor-runtime";
import { derivedHash } from "@titan/schema-codec";
import type { ApiClient } from "../api-client.ts";
import type { Nouns } from "./committed-world.ts";
import { Findings, type Check } from "./findings.ts";
import { readStream, stateAt, sumOf, type PartitionContent } from "./topic-content.ts";

export type AnyView = View<unknown, unknown>;

/** What the views give at one revision, computed from nothing. */
export interface Recomputed {
  /** Every input record, of nouns and of views. */
  readonly records: readonly InputRecord[];
  readonly values: ReadonlyMap<AnyView, ReadonlyMap<string, unknown>>;
}

/** Views in the order in which their outputs follow from each other. */
export function recomputeViews(views: readonly AnyView[], nouns: Nouns): Recomputed {
  const records: InputRecord[] = [...nouns].flatMap(([kind, values]) =>
    [...values].map(([key, { value }]) => ({
      stream: `titan.${kind.toLowerCase()}`,
      key,
      current: value,
    })),
  );
  const values = new Map<AnyView, ReadonlyMap<string, unknown>>();
  for (const view of views) {
    const state = view.empty();
    view.learn(
      state,
      records.filter(({ stream }) => view.consumes.includes(stream)),
    );
    const output = new Map<string, unknown>();
    for (const key of view.keys(state)) output.set(key, view.value(state, key));
    values.set(view, output);
    if (view.emits.kind !== "topic") continue;
    const { stream } = view.emits;
    for (const [key, current] of output) {
      if (current !== undefined) records.push({ stream, key, current });
    }
  }
  return { records, values };
}

/** One view's topic, or its slices, against the recomputed values; and every sum against its mark. */
export async function checkView(
  api: ApiClient,
  view: AnyView,
  recomputed: Recomputed,
  revision: number,
  counts: PartitionCounts,
): Promise<Check> {
  const findings = new Findings(view.name);
  const expected = new Map<string, Map<string, bigint>>();
  for (const [name, value] of recomputed.values.get(view) ?? []) {
    const place = placeOf(view, name, counts);
    const keys = expected.get(place.id) ?? new Map<string, bigint>();
    expected.set(place.id, keys);
    if (value === undefined || place.key === "" || view.emits.kind === "elsewhere") continue;
    keys.set(place.key, derivedHash(view.emits.record, place.key, value as never));
  }
  const streams = new Set([...expected.keys()].map((id) => id.split(" ")[0] ?? ""));
  if (view.emits.kind === "topic") streams.add(view.emits.stream);
  for (const stream of streams) {
    const partitions = await readStream(api, stream);
    for (const content of partitions.values()) {
      checkPartition(findings, content, expected, revision, view.emits.kind === "topic");
    }
    if (partitions.size === 0) findings.add(`${stream} holds nothing, not even a mark`);
  }
  return findings.check();
}

function checkPartition(
  findings: Findings,
  content: PartitionContent,
  expected: ReadonlyMap<string, ReadonlyMap<string, bigint>>,
  revision: number,
  marksEveryCut: boolean,
): void {
  const id = `${content.stream} ${content.partition}`;
  for (const fault of content.faults) findings.add(`${id}: ${fault}`);
  const marks = [...content.marks.keys()].filter((mark) => mark <= revision);
  const last = Math.max(-1, ...marks);
  if (last < 0 || (marksEveryCut && last !== revision)) {
    findings.add(`${id}: no mark at revision ${revision}`);
    return;
  }
  const state = stateAt(content, last);
  if (sumOf(state) !== content.marks.get(last)) {
    findings.add(`${id}: the state at revision ${last} does not have the sum of its mark`);
  }
  const wanted = expected.get(id) ?? new Map<string, bigint>();
  for (const [key, hash] of wanted) {
    findings.compared();
    const held = state.get(key);
    if ((held?.current ?? null) === null) findings.add(`${id}: ${key} is missing`);
    else if (held?.hash !== hash) findings.add(`${id}: ${key} differs`);
  }
  for (const [key, held] of state) {
    if (held.current !== null && !wanted.has(key)) findings.add(`${id}: ${key} must not be there`);
  }
}

function placeOf(
  view: AnyView,
  name: string,
  counts: PartitionCounts,
): { readonly id: string; readonly key: string } {
  switch (view.emits.kind) {
    case "topic": {
      const partition = partitionOf(view.emits.placement(name), taskCount(view, counts));
      return { id: `${view.emits.stream} ${partition}`, key: name };
    }
    case "slices": {
      const { topic, key } = view.emits.slice(name);
      return { id: `${topic} 0`, key };
    }
    case "elsewhere":
      return { id: "", key: name };
  }
}
