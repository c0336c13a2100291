import { Arena } from "./arena.ts";
import { grown } from "./grown.ts";
import { KeyNumbers } from "./key-numbers.ts";
import { LabelPairs } from "./label-pairs.ts";
import { Relation } from "./relation.ts";
import { sortFew } from "./sort-few.ts";

/** What a host consists of. */
export interface TableHost {
  readonly workspace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdRevision: number;
  readonly description: string;
}

interface Stored<Value> {
  readonly value: Value;
  readonly revision: number;
}

/** No label is called so: a host's workspace is kept as the value of this one. */
const WORKSPACE = "";

/**
 * Hosts by key, each with the revision that gave it, and found by their labels. A host with six labels takes
 * about 200 bytes, none of them for the garbage collector to walk; a value is made anew each time
 * that it is asked for, its labels in the order of their names.
 */
export class HostTable {
  readonly #pairs: LabelPairs;
  readonly #keys: KeyNumbers;
  /** Hosts and their pairs, the workspace among them. */
  readonly #labels: Relation;
  /** By the number of a label. */
  readonly #labelNames: string[] = [];
  #revisions = new Float64Array();
  #createdRevisions = new Float64Array();
  /** Few have one. */
  readonly #descriptions = new Map<number, string>();

  constructor() {
    const arena = new Arena();
    this.#pairs = new LabelPairs(arena);
    this.#keys = new KeyNumbers(arena);
    this.#labels = new Relation(arena);
  }

  get size(): number {
    return this.#keys.size;
  }

  has(key: string): boolean {
    return this.#keys.numberOf(key) >= 0;
  }

  get(key: string): Stored<TableHost> | undefined {
    const number = this.#keys.numberOf(key);
    return number < 0 ? undefined : this.#stored(number, key);
  }

  set(key: string, { value, revision }: Stored<TableHost>): void {
    const { workspace, labels, createdRevision, description } = value;
    const number = this.#keys.add(key);
    const before = this.#labels.rightsOf(number).slice();
    const held = [this.#take(WORKSPACE, workspace)];
    for (const label of Object.keys(labels)) held.push(this.#take(label, labels[label] ?? ""));
    this.#labels.set(number, sortFew(held));
    for (const pair of before) this.#pairs.release(pair);
    this.#revisions = grown(this.#revisions, number);
    this.#createdRevisions = grown(this.#createdRevisions, number);
    this.#revisions[number] = revision;
    this.#createdRevisions[number] = createdRevision;
    if (description === "") this.#descriptions.delete(number);
    else this.#descriptions.set(number, description);
  }

  delete(key: string): void {
    const number = this.#keys.numberOf(key);
    if (number < 0) return;
    const before = this.#labels.rightsOf(number).slice();
    this.#labels.set(number, []);
    for (const pair of before) this.#pairs.release(pair);
    this.#descriptions.delete(number);
    this.#keys.delete(number);
  }

  keys(): Iterable<string> {
    return this.#keys.keys();
  }

  /** Keys of one workspace, in no order. */
  *keysIn(workspace: string): Generator<string> {
    // A copy: whoever walks them may change the table.
    const numbers = this.withPair(this.pairOf(WORKSPACE, workspace)).slice();
    for (const number of numbers) yield this.#keys.keyOf(number);
  }

  *[Symbol.iterator](): Generator<readonly [key: string, host: Stored<TableHost>]> {
    for (const number of this.#keys.numbers()) {
      const key = this.#keys.keyOf(number);
      yield [key, this.#stored(number, key)];
    }
  }

  keyOf(number: number): string {
    return this.#keys.keyOf(number);
  }

  /** Every number is below. */
  get limit(): number {
    return this.#keys.limit;
  }

  /** -1 when there is none. */
  numberOf(key: string): number {
    return this.#keys.numberOf(key);
  }

  revisionOf(number: number): number {
    return this.#revisions[number] ?? 0;
  }

  /** The number of a label with a value, by which hosts are found. Good until the next change. */
  pairOf(label: string, value: string): number {
    const pair = this.#pairs.take(label, value);
    this.#pairs.release(pair);
    return pair;
  }

  /** All pairs of a label: a host has one of them or none. */
  pairsOfLabel(label: string): Iterable<number> {
    const number = this.#pairs.labelNumber(label);
    return number < 0 ? [] : this.#pairs.pairsOf(number);
  }

  /** The workspaces, as if they were values of a label: a host has one of them. */
  workspacePairs(): Iterable<number> {
    return this.pairsOfLabel(WORKSPACE);
  }

  /** Hosts with a pair, in no order; none has one that is not in use. To be read before the next change. */
  withPair(pair: number): Int32Array {
    return this.#labels.leftsOf(pair).view();
  }

  #take(label: string, value: string): number {
    const pair = this.#pairs.take(label, value);
    this.#labelNames[this.#pairs.labelOf(pair)] = label;
    return pair;
  }

  #stored(number: number, key: string): Stored<TableHost> {
    const slash = key.indexOf("/");
    const value: TableHost = {
      workspace: key.slice(0, slash),
      name: key.slice(slash + 1),
      labels: this.#labelsOf(number),
      createdRevision: this.#createdRevisions[number] ?? 0,
      description: this.#descriptions.get(number) ?? "",
    };
    return { value, revision: this.revisionOf(number) };
  }

  #labelsOf(number: number): Readonly<Record<string, string>> {
    const entries: [label: string, value: string][] = [];
    for (const pair of this.#labels.rightsOf(number)) {
      const label = this.#labelNames[this.#pairs.labelOf(pair)] ?? WORKSPACE;
      if (label !== WORKSPACE) entries.push([label, this.#pairs.valueOf(pair)]);
    }
    return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
  }
}
