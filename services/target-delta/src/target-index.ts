import { grown, type LabelPairs, type Span } from "@titan/compact";
import type { CompiledSelector } from "./compiled-selector.ts";

/** A step down the tree: a pair that a host has or, odd, a label that it has with any value. */
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
  /** First those of which whoever comes here has all that they require. */
  readonly targets: Target[];
  certain: number;
  readonly children: Map<Edge, Node<Target>>;
  isLeaf: boolean;
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
  /** The edges of the host that is asked for, and for each edge that is in the tree the last host that had it. */
  readonly #edges: Edge[] = [];
  #edgeCount = 0;
  #hadBy = new Float64Array();
  #host = 0;

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
        if (isOfLabel(edge)) this.#labelEdges += 1;
        this.#hadBy = grown(this.#hadBy, edge);
        let child = node.children.get(edge);
        if (child === undefined) {
          node.children.set(edge, (child = emptyNode()));
          node.isLeaf = false;
        }
        node = child;
      }
      node.targets.push(target);
      if (isEnough && isWhole) {
        const { targets, certain } = node;
        targets[targets.length - 1] = targets[certain] as Target;
        targets[certain] = target;
        node.certain += 1;
      }
    }
  }

  delete(target: Target): void {
    for (const path of this.#paths.get(target) ?? []) {
      this.#labelEdges -= path.filter(isOfLabel).length;
      remove(this.#root, path, 0, target);
    }
    this.#paths.delete(target);
  }

  /** Calls back, once or more, with each target that may select a host that has these pairs. */
  candidates(held: Span, found: Found<Target>): void {
    this.#host += 1;
    this.#edgeCount = 0;
    for (let at = 0; at < held.length; at += 1) {
      const pair = held.at(at);
      this.#has(edgeOfPair(pair));
      if (this.#labelEdges > 0) this.#has(edgeOfLabel(this.#pairs.labelOf(pair)));
    }
    this.#descend(this.#root, found);
  }

  #has(edge: Edge): void {
    if (edge >= this.#hadBy.length) return;
    this.#hadBy[edge] = this.#host;
    this.#edges[this.#edgeCount++] = edge;
  }

  #descend(node: Node<Target>, found: Found<Target>): void {
    const { targets, certain } = node;
    for (let at = 0; at < targets.length; at += 1) found(targets[at] as Target, at < certain);
    if (node.isLeaf) return;
    const { children } = node;
    if (children.size < this.#edgeCount) {
      for (const [edge, child] of children) {
        if (this.#hadBy[edge] === this.#host) this.#descend(child, found);
      }
      return;
    }
    for (let at = 0; at < this.#edgeCount; at += 1) {
      const child = children.get(this.#edges[at] as Edge);
      if (child !== undefined) this.#descend(child, found);
    }
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
    const at = node.targets.indexOf(target);
    node.targets.splice(at, 1);
    if (at < node.certain) node.certain -= 1;
    return;
  }
  const child = node.children.get(edge);
  if (child === undefined) return;
  remove(child, path, depth + 1, target);
  if (child.targets.length === 0 && child.isLeaf) node.children.delete(edge);
  node.isLeaf = node.children.size === 0;
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
      const edges = [...new Set(selector.pairs)].map(edgeOfPair);
      const share = edges.length / Math.max(1, pairs.valuesOf(selector.label));
      return { all: [{ edges, share }], isEnough: true };
    }
    case "exists":
      return { all: [{ edges: [edgeOfLabel(selector.label)], share: 1 }], isEnough: true };
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

function edgeOfPair(pair: number): Edge {
  return 2 * pair;
}

function edgeOfLabel(label: number): Edge {
  return 2 * label + 1;
}

function isOfLabel(edge: Edge): boolean {
  return edge % 2 === 1;
}

function emptyNode<Target>(): Node<Target> {
  return { targets: [], certain: 0, children: new Map(), isLeaf: true };
}
