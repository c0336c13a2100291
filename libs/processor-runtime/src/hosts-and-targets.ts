import {
  Arena,
  grown,
  KeyNumbers,
  LabelPairs,
  NameNumbers,
  Relation,
  Rows,
  sortFew,
  type Archive,
} from "@titan/compact";
import type { Host, HostTarget } from "@titan/domain";

/**
 * Hosts with their labels, and which targets select them, found from both sides: for views of a
 * whole fleet, whose state must be small. What a host is and what selects it are told apart, in any order.
 */
export class HostsAndTargets {
  readonly #arena = new Arena();
  readonly #hosts = new KeyNumbers(this.#arena);
  readonly #pairs = new LabelPairs(this.#arena);
  readonly #labels = new Rows(this.#arena);
  /** One more than it is; zero where there is no such host. */
  #createdRevisions = new Float64Array();
  /** A fleet has few, and most of its records name ten. */
  readonly #targets = new NameNumbers();
  readonly #selected = new Relation(this.#arena);

  /** Null: the host is gone. */
  putHost(key: string, host: Host | null): void {
    const number = this.#hosts.add(key);
    const before = this.#labels.get(number).slice();
    const labels = host?.labels ?? {};
    this.#labels.set(
      number,
      Object.keys(labels).map((label) => this.#pairs.take(label, labels[label] ?? "")),
    );
    for (const pair of before) this.#pairs.release(pair);
    this.#createdRevisions = grown(this.#createdRevisions, number);
    this.#createdRevisions[number] = host === null ? 0 : host.createdRevision + 1;
    this.#forget(number);
  }

  /** Null: nothing selects the host. Calls back with each target that the host joins or leaves. */
  putTargets(
    host: string,
    membership: Pick<HostTarget, "targets"> | null,
    changed: (target: string) => void = () => {},
  ): void {
    const number = this.#hosts.add(host);
    const targets = (membership?.targets ?? []).map((target) => this.#targets.add(target));
    const gone: number[] = [];
    this.#selected.set(number, sortFew(targets), (target) => {
      changed(this.#targets.keyOf(target));
      if (this.#selected.countOf(target) === 0) gone.push(target);
    });
    for (const target of gone) this.#targets.delete(target);
    this.#forget(number);
  }

  /** Undefined when there is no such host. */
  createdRevisionOf(host: string): number | undefined {
    const stored = this.#createdRevisions[this.#hosts.numberOf(host)] ?? 0;
    return stored === 0 ? undefined : stored - 1;
  }

  /** Undefined when the host lacks the label, or is not there. */
  labelOf(host: string, label: string): string | undefined {
    const wanted = this.#pairs.labelNumber(label);
    if (wanted < 0) return undefined;
    const held = this.#labels.get(this.#hosts.numberOf(host));
    for (let at = 0; at < held.length; at += 1) {
      const pair = held.at(at);
      if (this.#pairs.labelOf(pair) === wanted) return this.#pairs.valueOf(pair);
    }
    return undefined;
  }

  isSelected(host: string, target: string): boolean {
    const number = this.#targets.numberOf(target);
    return number >= 0 && this.#selected.rightsOf(this.#hosts.numberOf(host)).includes(number);
  }

  /** In no order. */
  targetsOf(host: string): string[] {
    const selected = this.#selected.rightsOf(this.#hosts.numberOf(host));
    return selected.slice().map((target) => this.#targets.keyOf(target));
  }

  /** In no order. Nothing may change while they are read. */
  *hostsOf(target: string): Generator<string> {
    // Others may be asked for while these are read.
    for (const host of this.#selected.leftsOf(this.#targets.numberOf(target)).view()) {
      yield this.#hosts.keyOf(host);
    }
  }

  /** How many hosts a target selects. */
  countOf(target: string): number {
    return this.#selected.countOf(this.#targets.numberOf(target));
  }

  /** Hosts that are there or that something selects, in no order. */
  hosts(): Iterable<string> {
    return this.#hosts.keys();
  }

  keepIn(archive: Archive): void {
    this.#arena.keepIn(archive);
    this.#hosts.keepIn(archive);
    this.#pairs.keepIn(archive);
    this.#labels.keepIn(archive);
    this.#createdRevisions = archive.column(this.#createdRevisions);
    this.#targets.keepIn(archive);
    this.#selected.keepIn(archive);
  }

  /** A host that is not there and that nothing selects needs no number. */
  #forget(number: number): void {
    const isThere = (this.#createdRevisions[number] ?? 0) > 0;
    if (!isThere && this.#selected.rightsOf(number).length === 0) this.#hosts.delete(number);
  }
}
