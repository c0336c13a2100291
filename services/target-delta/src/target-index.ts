import type { Labels, Selector, Target } from "@titan/domain";

type Named = readonly [key: string, target: Target];

/**
 * Finds the targets that may select a host without trying all of them: most require one label to
 * have one of a few values. Each target comes at most once; those without such a rule come always.
 */
export class TargetIndex {
  /** Label → value → target key → target. */
  readonly #byLabel = new Map<string, Map<string, Map<string, Named>>>();
  readonly #always = new Map<string, Named>();
  readonly #rules = new Map<string, Selector | undefined>();

  /** Null: the target is gone. */
  put(key: string, target: Target | null): void {
    const before = this.#rules.get(key);
    for (const value of before?.values ?? []) {
      this.#byLabel
        .get(before?.label ?? "")
        ?.get(value)
        ?.delete(key);
    }
    this.#always.delete(key);
    this.#rules.delete(key);
    if (target === null) return;
    const rule = requiredValues(target.selector);
    this.#rules.set(key, rule);
    if (rule === undefined) this.#always.set(key, [key, target]);
    for (const value of rule?.values ?? []) {
      this.#bucket(rule?.label ?? "", value).set(key, [key, target]);
    }
  }

  *candidates(labels: Labels): Generator<Named> {
    yield* this.#always.values();
    for (const [label, byValue] of this.#byLabel) {
      if (!Object.hasOwn(labels, label)) continue;
      const found = byValue.get(labels[label] ?? "");
      if (found !== undefined) yield* found.values();
    }
  }

  #bucket(label: string, value: string): Map<string, Named> {
    let byValue = this.#byLabel.get(label);
    if (byValue === undefined) this.#byLabel.set(label, (byValue = new Map()));
    let bucket = byValue.get(value);
    if (bucket === undefined) byValue.set(value, (bucket = new Map()));
    return bucket;
  }
}

/** A clause that must be true of every host that is selected, if there is one of this kind. */
function requiredValues(selector: Selector): Selector | undefined {
  if (selector.op === "in") return selector;
  if (selector.op !== "all") return undefined;
  return selector.terms.map(requiredValues).find((rule) => rule !== undefined);
}
