import type { LabelPairs } from "@titan/compact";
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

interface Node<Target> {
  readonly targets: Set<Target>;
  readonly children: Map<Edge, Node<Target>>;
}

/** A target stands in at most so many places, unless its first requirement alone has more. */
const PATHS_MAX = 16;

/**
 * Finds the targets that may select a host without trying all of them: a tree of what they require,
 * the rarest first, down which a host goes by the labels that it has. Targets that require nothing
 * stand at its root.
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
    const paths = pathsOf(requirementsOf(selector, this.#pairs));
    this.#paths.set(target, paths);
    for (const path of paths) {
      let node = this.#root;
      for (const edge of path) {
        if (edge < 0) this.#labelEdges += 1;
        let child = node.children.get(edge);
        if (child === undefined) node.children.set(edge, (child = emptyNode()));
        node = child;
      }
      node.targets.add(target);
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
  candidates(held: Int32Array, found: (target: Target) => void): void {
    const edges: Edge[] = [...held];
    if (this.#labelEdges > 0)
      for (const pair of held) edges.push(edgeOf(this.#pairs.labelOf(pair)));
    descend(this.#root, edges, found);
  }
}

function descend<Target>(
  { targets, children }: Node<Target>,
  edges: readonly Edge[],
  found: (target: Target) => void,
): void {
  for (const target of targets) found(target);
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
function pathsOf(requirements: readonly Requirement[]): readonly (readonly Edge[])[] {
  let paths: Edge[][] = [[]];
  for (const { edges } of requirements.toSorted((one, other) => one.share - other.share)) {
    const isFirst = paths[0]?.length === 0;
    if (!isFirst && paths.length * edges.length > PATHS_MAX) break;
    paths = paths.flatMap((path) => edges.map((edge) => [...path, edge]));
  }
  return paths;
}

/** What must all be true of a host that is selected. */
function requirementsOf(selector: CompiledSelector, pairs: LabelPairs): readonly Requirement[] {
  switch (selector.op) {
    case "in": {
      const edges = [...new Set(selector.pairs)];
      return [{ edges, share: edges.length / Math.max(1, pairs.valuesOf(selector.label)) }];
    }
    case "exists":
      return [{ edges: [edgeOf(selector.label)], share: 1 }];
    case "all":
      return selector.terms.flatMap((term) => requirementsOf(term, pairs));
    case "any": {
      const rarest = selector.terms.map((term) => rarestOf(requirementsOf(term, pairs)));
      if (rarest.includes(undefined)) return [];
      const edges = [...new Set(rarest.flatMap((requirement) => requirement?.edges ?? []))];
      return [{ edges, share: rarest.reduce((sum, each) => sum + (each?.share ?? 0), 0) }];
    }
    case "notIn":
    case "notExists":
    case "not":
      return [];
  }
}

function rarestOf(requirements: readonly Requirement[]): Requirement | undefined {
  return requirements.toSorted((one, other) => one.share - other.share)[0];
}

function edgeOf(label: number): Edge {
  return -1 - label;
}

function emptyNode<Target>(): Node<Target> {
  return { targets: new Set(), children: new Map() };
}
