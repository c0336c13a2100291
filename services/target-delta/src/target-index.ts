import type { LabelPairs, Span } from "@titan/compact";
import type { CompiledSelector } from "./compiled-selector.ts";

/**
 * A step down the tree: the number of a pair that a host has or, from -1 down, that of a label that
 * it has with any value.
 */
type Edge = number;

/** A host that is selected has at least one of these. */
interface Requirement {
  readonly edges: readonly Edge[];
  /** Which part of the hosts that is, if each value of a label were as frequent. */
  readonly share: number;
}

/** What must all be true of a host that is selected. */
interface Requirements {
  readonly all: readonly Requirement[];
  /** Whether a host of which they are true is selected. */
  readonly isEnough: boolean;
}

/** Told of a target, and whether it is certain that it selects the host. */
type Found<Target> = (target: Target, isCertain: boolean) => void;

interface Node<Target> {
  /** Whether whoever comes here has all that the target requires. */
  readonly targets: Map<Target, boolean>;
  readonly children: Map<Edge, Node<Target>>;
}

/** A target stands in at most so many places, unless its first requirement alone has more. */
const PATHS_MAX = 16;

/**
 * Finds the targets that may select a host without trying all of them: a tree of what they require,
 * the rarest first, down which a host goes by the labels that it has. Targets that require nothing
 * stand at its root. What a host has come by on its way is true of it: for most targets that is all.
 */
export class TargetIndex<Target> {
  readonly #pairs: LabelPairs;
  readonly #root: Node<Target> = emptyNode();
  readonly #paths = new Map<Target, readonly (readonly Edge[])[]>();
  /** How many steps in the tree are labels. */
  #labelEdges = 0;

  constructor(pairs: LabelPairs) {
    this.#pairs = pairs;
  }

  add(target: Target, selector: CompiledSelector): void {
    const { all, isEnough } = requirementsOf(selector, this.#pairs);
    const { paths, isWhole } = pathsOf(all);
    this.#paths.set(target, paths);
    for (const path of paths) {
      let node = this.#root;
      for (const edge of path) {
        if (edge < 0) this.#labelEdges += 1;
        let child = node.children.get(edge);
        if (child === undefined) node.children.set(edge, (child = emptyNode()));
        node = child;
      }
      node.targets.set(target, isEnough && isWhole);
    }
  }

  delete(target: Target): void {
    for (const path of this.#paths.get(target) ?? []) {
      this.#labelEdges -= path.filter((edge) => edge < 0).length;
      remove(this.#root, path, 0, target);
    }
    this.#paths.delete(target);
  }

  /** Calls back, once or more, with each target that may select a host that has these pairs. */
  candidates(held: Span, found: Found<Target>): void {
    const edges: Edge[] = [];
    for (let at = 0; at < held.length; at += 1) {
      edges.push(held.at(at));
      if (this.#labelEdges > 0) edges.push(edgeOf(this.#pairs.labelOf(held.at(at))));
    }
    descend(this.#root, edges, found);
  }
}

function descend<Target>(
  { targets, children }: Node<Target>,
  edges: readonly Edge[],
  found: Found<Target>,
): void {
  for (const [target, isCertain] of targets) found(target, isCertain);
  if (children.size === 0) return;
  for (const edge of edges) {
    const child = children.get(edge);
    if (child !== undefined) descend(child, edges, found);
  }
}

function remove<Target>(
  node: Node<Target>,
  path: readonly Edge[],
  depth: number,
  target: Target,
): void {
  const edge = path[depth];
  if (edge === undefined) {
    node.targets.delete(target);
    return;
  }
  const child = node.children.get(edge);
  if (child === undefined) return;
  remove(child, path, depth + 1, target);
  if (child.targets.size === 0 && child.children.size === 0) node.children.delete(edge);
}

/** All ways to have what is required: one path for each choice, of as many requirements as fit. */
function pathsOf(requirements: readonly Requirement[]): {
  readonly paths: readonly (readonly Edge[])[];
  readonly isWhole: boolean;
} {
  let paths: Edge[][] = [[]];
  for (const { edges } of requirements.toSorted((one, other) => one.share - other.share)) {
    const isFirst = paths[0]?.length === 0;
    if (!isFirst && paths.length * edges.length > PATHS_MAX) return { paths, isWhole: false };
    paths = paths.flatMap((path) => edges.map((edge) => [...path, edge]));
  }
  return { paths, isWhole: true };
}

function requirementsOf(selector: CompiledSelector, pairs: LabelPairs): Requirements {
  switch (selector.op) {
    case "in": {
      const edges = [...new Set(selector.pairs)];
      const share = edges.length / Math.max(1, pairs.valuesOf(selector.label));
      return { all: [{ edges, share }], isEnough: true };
    }
    case "exists":
      return { all: [{ edges: [edgeOf(selector.label)], share: 1 }], isEnough: true };
    case "all": {
      const terms = selector.terms.map((term) => requirementsOf(term, pairs));
      return {
        all: terms.flatMap(({ all }) => all),
        isEnough: terms.every(({ isEnough }) => isEnough),
      };
    }
    case "any": {
      const terms = selector.terms.map((term) => requirementsOf(term, pairs));
      const rarest = terms.map(({ all }) => rarestOf(all));
      if (rarest.includes(undefined)) return { all: [], isEnough: false };
      const edges = [...new Set(rarest.flatMap((requirement) => requirement?.edges ?? []))];
      const share = rarest.reduce((sum, each) => sum + (each?.share ?? 0), 0);
      return {
        all: [{ edges, share }],
        isEnough: terms.every(({ all, isEnough }) => isEnough && all.length === 1),
      };
    }
    case "notIn":
    case "notExists":
    case "not":
      return { all: [], isEnough: false };
  }
}

function rarestOf(requirements: readonly Requirement[]): Requirement | undefined {
  return requirements.toSorted((one, other) => one.share - other.share)[0];
}

function edgeOf(label: number): Edge {
  return -1 - label;
}

function emptyNode<Target>(): Node<Target> {
  return { targets: new Map(), children: new Map() };
}
