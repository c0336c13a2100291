import type { Archive } from "./archive.ts";
import { Arena } from "./arena.ts";
import { grown } from "./grown.ts";
import { KeyNumbers } from "./key-numbers.ts";

/** Between the number of the label and the value. */
const BETWEEN = "=";
/** So many pairs are remembered by their texts. */
const REMEMBERED_MAX = 8_192;

/**
 * Numbers for labels, and for pairs of label and value, for as long as somebody uses them: each
 * `take` is undone by one `release`, each `takeLabel` by one `releaseLabel`.
 */
export class LabelPairs {
  readonly #labels: KeyNumbers;
  #labelUses = new Uint32Array();
  /** How many values of a label are in use. */
  #values = new Uint32Array();
  readonly #pairs: KeyNumbers;
  #pairUses = new Uint32Array();
  #labelsOfPairs = new Int32Array();
  /** By label and value, those that were taken while in use: few pairs are on most hosts. */
  readonly #remembered = new Map<string, Map<string, number>>();
  #rememberedCount = 0;

  constructor(arena: Arena = new Arena()) {
    this.#labels = new KeyNumbers(arena);
    this.#pairs = new KeyNumbers(arena);
  }

  take(label: string, value: string): number {
    const pair = this.#remembered.get(label)?.get(value) ?? this.#find(label, value);
    this.#pairUses[pair] = (this.#pairUses[pair] ?? 0) + 1;
    return pair;
  }

  /** The number of a pair, which is new if nobody uses it. */
  #find(label: string, value: string): number {
    const known = this.#labels.numberOf(label);
    let pair = known < 0 ? -1 : this.#pairs.numberOf(`${known}${BETWEEN}${value}`);
    if (pair < 0) {
      const of = this.takeLabel(label);
      this.#values = grown(this.#values, of);
      this.#values[of] = (this.#values[of] ?? 0) + 1;
      pair = this.#pairs.add(`${of}${BETWEEN}${value}`);
      this.#pairUses = grown(this.#pairUses, pair);
      this.#labelsOfPairs = grown(this.#labelsOfPairs, pair);
      this.#labelsOfPairs[pair] = of;
    } else {
      this.#remember(label, value, pair);
    }
    return pair;
  }

  #remember(label: string, value: string, pair: number): void {
    if (this.#rememberedCount === REMEMBERED_MAX) {
      this.#remembered.clear();
      this.#rememberedCount = 0;
    }
    let ofLabel = this.#remembered.get(label);
    if (ofLabel === undefined) this.#remembered.set(label, (ofLabel = new Map()));
    ofLabel.set(value, pair);
    this.#rememberedCount += 1;
  }

  #forget(pair: number): void {
    const label = this.#labels.keyOf(this.labelOf(pair));
    const ofLabel = this.#remembered.get(label);
    if (ofLabel?.delete(this.valueOf(pair)) !== true) return;
    if (ofLabel.size === 0) this.#remembered.delete(label);
    this.#rememberedCount -= 1;
  }

  release(pair: number): void {
    const uses = (this.#pairUses[pair] ?? 0) - 1;
    this.#pairUses[pair] = uses;
    if (uses > 0) return;
    const label = this.labelOf(pair);
    this.#forget(pair);
    this.#pairs.delete(pair);
    this.#labelsOfPairs[pair] = -1;
    this.#values[label] = this.valuesOf(label) - 1;
    this.releaseLabel(label);
  }

  takeLabel(label: string): number {
    const number = this.#labels.add(label);
    this.#labelUses = grown(this.#labelUses, number);
    this.#labelUses[number] = (this.#labelUses[number] ?? 0) + 1;
    return number;
  }

  releaseLabel(label: number): void {
    const uses = (this.#labelUses[label] ?? 0) - 1;
    this.#labelUses[label] = uses;
    if (uses === 0) this.#labels.delete(label);
  }

  /** -1 when nobody uses the label. */
  labelNumber(label: string): number {
    return this.#labels.numberOf(label);
  }

  /** The number of a pair's label; -1 when nobody uses the pair. */
  labelOf(pair: number): number {
    return this.#labelsOfPairs[pair] ?? -1;
  }

  valueOf(pair: number): string {
    const key = this.#pairs.keyOf(pair);
    return key.slice(key.indexOf(BETWEEN) + 1);
  }

  /** How many values of a label are in use. */
  valuesOf(label: number): number {
    return this.#values[label] ?? 0;
  }

  /** All pairs of a label that are in use. */
  *pairsOf(label: number): Generator<number> {
    for (let pair = 0; pair < this.#pairs.limit; pair += 1) {
      if (this.#labelsOfPairs[pair] === label) yield pair;
    }
  }

  /** Its arena is for the owner of that to keep. */
  keepIn(archive: Archive): void {
    this.#labels.keepIn(archive);
    this.#labelUses = archive.column(this.#labelUses);
    this.#values = archive.column(this.#values);
    this.#pairs.keepIn(archive);
    this.#pairUses = archive.column(this.#pairUses);
    this.#labelsOfPairs = archive.column(this.#labelsOfPairs);
  }
}
