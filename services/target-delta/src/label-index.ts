import {
  Arena,
  KeyNumbers,
  LabelPairs,
  Relation,
  sortFew,
  type Archive,
  type Span,
} from "@titan/compact";
import type { Host } from "@titan/domain";
import { selects, type CompiledSelector } from "./compiled-selector.ts";

/** The hosts and their labels, found from both sides: labels of a host, hosts of a label. */
export class LabelIndex {
  readonly #arena = new Arena();
  readonly pairs = new LabelPairs(this.#arena);
  readonly #hosts = new KeyNumbers(this.#arena);
  readonly #labels = new Relation(this.#arena);

  /** Null: the host is gone. Answers its number, -1 if there was none. */
  put(key: string, host: Host | null): number {
    const number = host === null ? this.#hosts.numberOf(key) : this.#hosts.add(key);
    if (number < 0) return number;
    const old = this.#labels.rightsOf(number).slice();
    const labels = host?.labels ?? {};
    const held = Object.keys(labels).map((label) => this.pairs.take(label, labels[label] ?? ""));
    this.#labels.set(number, sortFew(held));
    for (const pair of old) this.pairs.release(pair);
    if (host === null) this.#hosts.delete(number);
    return number;
  }

  keepIn(archive: Archive): void {
    this.#arena.keepIn(archive);
    this.pairs.keepIn(archive);
    this.#hosts.keepIn(archive);
    this.#labels.keepIn(archive);
  }

  /** -1 when there is no such host. */
  numberOf(key: string): number {
    return this.#hosts.numberOf(key);
  }

  keyOf(number: number): string {
    return this.#hosts.keyOf(number);
  }

  /** Whether the host is in this workspace. */
  isIn(number: number, workspace: string): boolean {
    return this.#hosts.startsWith(number, `${workspace}/`);
  }

  get size(): number {
    return this.#hosts.size;
  }

  keys(): Iterable<string> {
    return this.#hosts.keys();
  }

  /** The pairs that a host has. To be read before the next change, and before this is asked again. */
  pairsOf(number: number): Span {
    return this.#labels.rightsOf(number);
  }

  /**
   * Calls back once or more with each host that one of two selectors selects and the other does
   * not; undefined selects none. Looks at the hosts that have the rarest label which one requires.
   */
  differing(
    before: CompiledSelector | undefined,
    after: CompiledSelector | undefined,
    found: (host: number) => void,
  ): void {
    const look = (
      wanted: CompiledSelector | undefined,
      other: CompiledSelector | undefined,
    ): void => {
      if (wanted === undefined) return;
      for (const hosts of this.#mayBeSelected(wanted)) {
        for (const host of hosts) {
          const held = this.pairsOf(host);
          if (!selects(wanted, held, this.pairs)) continue;
          if (other === undefined || !selects(other, held, this.pairs)) found(host);
        }
      }
    };
    look(before, after);
    look(after, before);
  }

  /** Among these is each host that a selector selects. */
  #mayBeSelected(selector: CompiledSelector): readonly Iterable<number>[] {
    const required = this.#rarest(selector);
    if (required === undefined) return [this.#hosts.numbers()];
    return required.map((pair) => this.#labels.leftsOf(pair).view());
  }

  /** Pairs of which each host that is selected has one: those with the fewest hosts. */
  #rarest(selector: CompiledSelector): readonly number[] | undefined {
    switch (selector.op) {
      case "in":
        return selector.pairs;
      case "exists":
        return [...this.pairs.pairsOf(selector.label)];
      case "all": {
        let best: readonly number[] | undefined;
        for (const term of selector.terms) {
          const pairs = this.#rarest(term);
          if (pairs === undefined) continue;
          if (best === undefined || this.#hostsOf(pairs) < this.#hostsOf(best)) best = pairs;
        }
        return best;
      }
      case "any": {
        const all: number[] = [];
        for (const term of selector.terms) {
          const pairs = this.#rarest(term);
          if (pairs === undefined) return undefined;
          all.push(...pairs);
        }
        return all;
      }
      case "notIn":
      case "notExists":
      case "not":
        return undefined;
    }
  }

  #hostsOf(pairs: readonly number[]): number {
    let count = 0;
    for (const pair of pairs) count += this.#labels.countOf(pair);
    return count;
  }
}
