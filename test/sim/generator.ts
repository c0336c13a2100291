import type { Operation, Proposal } from "@titan/domain";
import { integerBelow, type Random } from "@titan/event-log/testing";
import {
  HOSTS,
  SECOND_WORKSPACE,
  SITES,
  TARGETS,
  TEMPLATES,
  WORKLOADS,
  type Place,
} from "./nouns-in-play.ts";
import {
  deploymentOperation,
  hostOperation,
  operation,
  patchOperation,
  pick,
  targetOperation,
  templateOperation,
  tokenOperation,
  workloadOperation,
  workspaceOperation,
} from "./operations.ts";

/** No random change has more operations. */
export const OPERATIONS_MAX = HOSTS.length + TARGETS.length;

/** The revision that an object has, as whoever looked a moment ago knows it; undefined without one. */
export type Look = (kind: string, key: string) => number | undefined;

/** Relabels hosts and rewrites the selector that selects them, so that nobody should move. */
function swap(random: Random): Operation[] {
  const site = pick(random, SITES);
  return [
    ...HOSTS.map((place) => operation("APPLY", "Host", place, { labels: { site, zone: "a" } })),
    ...TARGETS.map((place) =>
      operation("APPLY", "Target", place, { spec: { selector: `site=${site}` } }),
    ),
  ];
}

/** The objects that every history begins with. */
export function firstOperations(): Operation[] {
  const text = `{{deployment.name}} first\n`;
  return [
    operation("APPLY", "Workspace", { name: SECOND_WORKSPACE }),
    ...WORKLOADS.map((place) => operation("APPLY", "Workload", place, { spec: { image: "i" } })),
    ...TARGETS.map((place) =>
      operation("APPLY", "Target", place, { spec: { selector: "site in (lab,barn)" } }),
    ),
    ...TEMPLATES.map((place) =>
      operation("APPLY", "Template", place, { spec: { files: { "app.conf": { text } } } }),
    ),
  ];
}

/** The same object in two operations of one change, whatever they say. */
function twice(random: Random): Operation[] {
  const make = pick(random, [hostOperation, hostOperation, deploymentOperation]);
  const [first, second] = [make(random), make(random)];
  return [first, { ...second, document: withPlace(second.document, placeOf(first)) }];
}

/** An object goes and comes again under its name, in one change or as one that begins again. */
function reborn(random: Random): Operation[] {
  const make = pick(random, [hostOperation, deploymentOperation, workloadOperation]);
  const again = make(random);
  const gone = operation("DELETE", again.kind, placeOf(again));
  return random() < 0.5 ? [gone, again] : [again, gone];
}

/** A host between two labels: what it was it is again, a change or two later. */
function toAndFro(random: Random): Operation[] {
  const labels = { site: pick(random, ["lab", "barn"]) };
  return [operation("APPLY", "Host", pick(random, HOSTS.slice(0, 2)), { labels })];
}

function several(random: Random): Operation[] {
  const operations: Operation[] = [];
  for (let count = 1 + integerBelow(random, 3); count > 0; count -= 1) {
    const make = pick(random, [
      hostOperation,
      hostOperation,
      hostOperation,
      targetOperation,
      templateOperation,
      workloadOperation,
      patchOperation,
      deploymentOperation,
      deploymentOperation,
      deploymentOperation,
      random() < 0.5 ? workspaceOperation : tokenOperation,
    ]);
    operations.push(make(random));
  }
  return operations;
}

/** What whoever proposes likes to do. */
export interface Habits {
  /** The share of changes that take a host between two labels, to and fro. */
  readonly toAndFro: number;
  /** The share of operations that say which revision the object must have. */
  readonly expects: number;
}

/** One random change. Many are refused, which is part of the history too. */
export function randomOperations(random: Random, look: Look, habits: Habits): readonly Operation[] {
  const make = random() < habits.toAndFro ? toAndFro : makerOf(random());
  // Somebody who has looked says which revision the object must have: the right one, or just one.
  return make(random).map((made) => {
    const [says, isRight, guess] = [
      random() < habits.expects,
      random() < 0.6,
      integerBelow(random, 30),
    ];
    if (!says) return made;
    const { workspace, name } = placeOf(made);
    const key = workspace === undefined ? (name ?? "") : `${workspace}/${name}`;
    return { ...made, expected: isRight ? (look(made.kind, key) ?? 0) : guess };
  });
}

function makerOf(kind: number): (random: Random) => Operation[] {
  if (kind < 0.15) return swap;
  if (kind < 0.25) return twice;
  return kind < 0.32 ? reborn : several;
}

interface Document {
  readonly metadata: Partial<Place>;
}

function placeOf({ document }: Operation): Partial<Place> {
  const { workspace, name } = (JSON.parse(document) as Document).metadata;
  return {
    ...(workspace === undefined ? {} : { workspace }),
    ...(name === undefined ? {} : { name }),
  };
}

function withPlace(document: string, place: Partial<Place>): string {
  const read = JSON.parse(document) as Document;
  return JSON.stringify({ ...read, metadata: { ...read.metadata, ...place } });
}

export function proposalOf(id: string, seen: number, operations: readonly Operation[]): Proposal {
  return {
    id,
    seen,
    workspace: "default",
    actor: "sim",
    reason: "",
    proposedAt: 0,
    traceparent: "",
    operations,
  };
}
