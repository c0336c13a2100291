import { fieldOf, isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import { pointerTo } from "../json-pointer.ts";
import type { Refusals } from "../refusals.ts";
import { didYouMean } from "../suggestion.ts";

/** Texts that nothing else limits. */
const TEXT_LENGTH_MAX = 2_048;
/** Items of a list that nothing else limits. */
const LIST_LENGTH_MAX = 1_000;

/**
 * Reads the fields of one JSON object. Whatever is wrong goes to the refusals and something harmless is answered, so
 * that reading goes on and everything wrong is found. Null counts as absent. `finish` reports the fields that nobody
 * asked for.
 */
export class FieldReader {
  readonly pointer: string;
  readonly refusals: Refusals;
  readonly #object: JsonObject;
  readonly #asked: string[] = [];

  constructor(object: JsonObject, pointer: string, refusals: Refusals) {
    this.#object = object;
    this.pointer = pointer;
    this.refusals = refusals;
  }

  /** The pointer of a field. */
  at(field: string): string {
    return pointerTo(this.pointer, field);
  }

  /** The field as it is; undefined when absent. */
  value(field: string): JsonValue | undefined {
    this.#asked.push(field);
    return fieldOf(this.#object, field) ?? undefined;
  }

  /** Empty when absent. */
  text(field: string, lengthMax = TEXT_LENGTH_MAX): string {
    const value = this.value(field);
    if (value === undefined) return "";
    if (typeof value !== "string") return this.#wrongType(field, "a text", "");
    if (value.length <= lengthMax) return value;
    this.refusals.add("too-long", this.at(field), `${field} has at most ${lengthMax} characters`);
    return "";
  }

  /** Must be there and not empty. */
  requiredText(field: string, lengthMax = TEXT_LENGTH_MAX): string {
    const before = this.refusals.count;
    const text = this.text(field, lengthMax);
    if (text === "" && this.refusals.count === before) this.missing(field);
    return text;
  }

  boolean(field: string): boolean {
    const value = this.value(field) ?? false;
    return typeof value === "boolean" ? value : this.#wrongType(field, "true or false", false);
  }

  /** Null when absent. */
  integer(field: string, min: number, max: number): number | null {
    const value = this.value(field);
    if (value === undefined) return null;
    if (typeof value !== "number") return this.#wrongType(field, "a number", null);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    const detail = `${field} is a whole number from ${min} to ${max}`;
    this.refusals.add("out-of-range", this.at(field), detail);
    return null;
  }

  /** Empty when absent. */
  texts(field: string): readonly string[] {
    const value = this.value(field);
    if (value === undefined) return [];
    if (!isJsonList(value)) return this.#wrongType(field, "a list of texts", []);
    if (value.length > LIST_LENGTH_MAX) {
      this.refusals.add(
        "too-long",
        this.at(field),
        `${field} has at most ${LIST_LENGTH_MAX} items`,
      );
      return [];
    }
    const texts: string[] = [];
    for (const [index, item] of value.entries()) {
      if (typeof item === "string") texts.push(item);
      else this.refusals.add("wrong-type", pointerTo(this.at(field), index), "a text is expected");
    }
    return texts;
  }

  /** Undefined when absent. */
  object(field: string): JsonObject | undefined {
    const value = this.value(field);
    if (value === undefined || isJsonObject(value)) return value;
    return this.#wrongType(field, "an object", undefined);
  }

  /** The reader of an object in a field; of an empty one when it is absent. */
  below(field: string): FieldReader {
    return new FieldReader(this.object(field) ?? {}, this.at(field), this.refusals);
  }

  missing(field: string): void {
    this.refusals.add("missing-field", this.at(field), `${field} is missing`);
  }

  /** Reports every field that was not asked for. */
  finish(): void {
    for (const field of Object.keys(this.#object)) {
      if (this.#asked.includes(field)) continue;
      const detail = `there is no field ${JSON.stringify(field.slice(0, 80))} here`;
      this.refusals.add("unknown-field", this.at(field), detail, () =>
        didYouMean(field, this.#asked),
      );
    }
  }

  #wrongType<Value>(field: string, expected: string, instead: Value): Value {
    this.refusals.add("wrong-type", this.at(field), `${field} is ${expected}`);
    return instead;
  }
}
