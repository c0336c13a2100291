import { Arena, KeyNumbers, Relation } from "@titan/compact";

/**
 * Which targets select which hosts, from both sides. In memory alone: every start reads all of it
 * anyway, and a fleet has ten times as many of them as hosts.
 */
export class Memberships {
  readonly #hosts: KeyNumbers;
  readonly #targets: KeyNumbers;
  readonly #targetsOfHosts: Relation;

  constructor() {
    const arena = new Arena();
    this.#hosts = new KeyNumbers(arena);
    this.#targets = new KeyNumbers(arena);
    this.#targetsOfHosts = new Relation(arena);
  }

  /** All targets of a host from now on, each once. */
  set(host: string, targets: readonly string[]): void {
    const known = this.#hosts.numberOf(host);
    if (known < 0 && targets.length === 0) return;
    const number = known < 0 ? this.#hosts.add(host) : known;
    const before = this.#targetsOfHosts.rightsOf(number).slice();
    const now = Int32Array.from(targets, (target) => this.#targets.add(target)).sort();
    this.#targetsOfHosts.set(number, now);
    for (const target of before) {
      if (this.#targetsOfHosts.countOf(target) === 0) this.#targets.delete(target);
    }
    if (now.length === 0) this.#hosts.delete(number);
  }

  /** Hosts that are in any target, in no order. */
  hosts(): Iterable<string> {
    return this.#hosts.keys();
  }

  /** Sorted. */
  hostsOf(target: string): readonly string[] {
    const number = this.#targets.numberOf(target);
    if (number < 0) return [];
    return Array.from(this.#targetsOfHosts.leftsOf(number), (host) =>
      this.#hosts.keyOf(host),
    ).sort();
  }

  /** Sorted. */
  targetsOf(host: string): readonly string[] {
    const number = this.#hosts.numberOf(host);
    if (number < 0) return [];
    const targets = this.#targetsOfHosts.rightsOf(number);
    return Array.from(targets, (target) => this.#targets.keyOf(target)).sort();
  }

  countOf(target: string): number {
    const number = this.#targets.numberOf(target);
    return number < 0 ? 0 : this.#targetsOfHosts.countOf(number);
  }
}
