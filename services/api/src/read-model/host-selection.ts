import type { HostTable } from "@titan/compact";
import type { Selector } from "@titan/domain";

const WORD_BITS = 32;

/**
 * The hosts of a table that a selector selects, as `matches` of the domain says for each: a bit for each
 * host, made from the hosts of each label. Costs by how many hosts have the labels that the selector names,
 * and a little for each host there is. Good until the next change of the table.
 */
export class HostSelection {
  readonly #bits: Uint32Array;
  readonly size: number;

  constructor(hosts: HostTable, selector: Selector) {
    this.#bits = bitsOf(hosts, selector);
    this.size = countOf(this.#bits);
  }

  has(host: number): boolean {
    return (((this.#bits[host >>> 5] ?? 0) >>> (host & 31)) & 1) === 1;
  }

  /** Their numbers, lowest first. */
  *[Symbol.iterator](): Generator<number> {
    // No iterators: there are as many words as a thirtieth of the fleet.
    for (let at = 0; at < this.#bits.length; at += 1) {
      for (let rest = this.#bits[at] ?? 0; rest !== 0; rest &= rest - 1) {
        yield at * WORD_BITS + (WORD_BITS - 1 - Math.clz32(rest & -rest));
      }
    }
  }
}

function bitsOf(hosts: HostTable, { op, label, values, terms }: Selector): Uint32Array {
  switch (op) {
    case "in":
      return withOneOf(
        hosts,
        values.map((value) => hosts.pairOf(label, value)),
      );
    case "exists":
      return withOneOf(hosts, hosts.pairsOfLabel(label));
    case "notIn":
      return othersThan(hosts, bitsOf(hosts, { op: "in", label, values, terms }));
    case "notExists":
      return othersThan(hosts, bitsOf(hosts, { op: "exists", label, values, terms }));
    case "all":
      return allOf(hosts, terms);
    case "any": {
      const [first, ...others] = terms.map((term) => bitsOf(hosts, term));
      if (first === undefined) return withOneOf(hosts, []);
      for (const other of others) {
        for (let at = 0; at < first.length; at += 1)
          first[at] = (first[at] ?? 0) | (other[at] ?? 0);
      }
      return first;
    }
    case "not":
      return othersThan(hosts, allOf(hosts, terms));
  }
}

function allOf(hosts: HostTable, terms: readonly Selector[]): Uint32Array {
  const [first, ...others] = terms.map((term) => bitsOf(hosts, term));
  if (first === undefined) return withOneOf(hosts, hosts.workspacePairs());
  for (const other of others) {
    for (let at = 0; at < first.length; at += 1) first[at] = (first[at] ?? 0) & (other[at] ?? 0);
  }
  return first;
}

function othersThan(hosts: HostTable, selected: Uint32Array): Uint32Array {
  const all = withOneOf(hosts, hosts.workspacePairs());
  for (let at = 0; at < all.length; at += 1) all[at] = (all[at] ?? 0) & ~(selected[at] ?? 0);
  return all;
}

function withOneOf(hosts: HostTable, pairs: Iterable<number>): Uint32Array {
  const bits = new Uint32Array(Math.ceil(hosts.limit / WORD_BITS));
  for (const pair of pairs) {
    const members = hosts.withPair(pair);
    for (let at = 0; at < members.length; at += 1) {
      const host = members[at] ?? 0;
      bits[host >>> 5] = (bits[host >>> 5] ?? 0) | (1 << (host & 31));
    }
  }
  return bits;
}

/** Hacker's Delight, 5-1. */
function countOf(bits: Uint32Array): number {
  let count = 0;
  for (let at = 0; at < bits.length; at += 1) {
    const word = bits[at] ?? 0;
    let sum = word - ((word >>> 1) & 0x55_55_55_55);
    sum = (sum & 0x33_33_33_33) + ((sum >>> 2) & 0x33_33_33_33);
    count += Math.imul((sum + (sum >>> 4)) & 0x0f_0f_0f_0f, 0x01_01_01_01) >>> 24;
  }
  return count;
}
