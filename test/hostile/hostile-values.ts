import { integerBelow, type Random, seededRandom } from "@titan/event-log/testing";
import fc, { type Arbitrary } from "fast-check";

/** Texts that mean something to some part of the machine. */
const LOADED = [
  "__proto__",
  "constructor",
  "prototype",
  "hasOwnProperty",
  "toString",
  "..",
  ".",
  "/",
  "//",
  "\\",
  "../../etc/passwd",
  ".git",
  ".git/hooks/post-commit",
  "C:",
  "con",
  "~",
  "-",
  "--upload-pack=x",
  "\0",
  "\n",
  "\r\n",
  "\t",
  "\u2028",
  "\u200b",
  "\ufeff",
  "\ud800",
  "\udfff",
  "🙂",
  "ß",
  "İ",
  "ﷺ",
  "%00",
  "%2e%2e%2f",
  "${x}",
  "`x`",
  "$(x)",
  "'",
  '"',
  "<",
  ">",
  "&",
  "{{",
  "}}",
  "{{{",
  "}}}",
  "{{=",
  "=}}",
  "{{#",
  "{{/",
  "{{^",
  "{{&",
  "{{>",
  "{{!",
  ",",
  "=",
  "==",
  "!=",
  "!",
  " in ",
  " notin ",
  "(",
  ")",
  "()",
  ":",
  "- ",
  "? ",
  "&a",
  "*a",
  "!!js/function",
  "<<: *a",
  "|",
  ">-",
  "...",
  "---",
  "[",
  "]",
  "{",
  "}",
  "[[",
  "]]",
  "null",
  "true",
  "-0",
  "1e999",
  "-1",
  "9007199254740993",
  "0x10",
  "NaN",
  "ssh://",
  "https://",
  "file://",
  "ext::",
  "@",
  "@{",
  "^",
  "a".repeat(300),
] as const;

/** Texts of which parts are loaded, and parts are noise. */
export const hostileText: Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...LOADED) },
      { weight: 3, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
      { weight: 2, arbitrary: fc.string({ maxLength: 12 }) },
      { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 12 }) },
    ),
    { maxLength: 10 },
  )
  .map((parts) => parts.join(""));

/** Texts put together from words of a language, in any order, with loaded ones between. */
export function sentences(words: readonly string[], lengthMax = 24): Arbitrary<string> {
  const word = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...words) },
    { weight: 1, arbitrary: fc.constantFrom(...LOADED) },
    { weight: 1, arbitrary: fc.string({ maxLength: 4 }) },
  );
  return fc.array(word, { maxLength: lengthMax }).map((parts) => parts.join(""));
}

const key = fc.oneof(
  fc.constantFrom("kind", "metadata", "name", "spec", "labels", "workspace", "files", "text"),
  fc.constantFrom("__proto__", "constructor", "prototype", "length", "toString", ""),
  hostileText,
);

/** What JSON can say, with loaded names. */
export const hostileJson: Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(
      hostileText,
      fc.double(),
      fc.integer(),
      fc.constantFrom(null, true, false, 0, -1, 1e308, 2 ** 53, ""),
    ),
    fc.array(tie("value"), { maxLength: 4 }),
    fc
      .array(fc.tuple(key, tie("value")), { maxLength: 5 })
      .map((fields) => JSON.parse(`{${fields.map(([name, value]) => field(name, value)).join()}}`)),
  ),
})).value;

/** A field as JSON text, so that `__proto__` becomes one of the object's own. */
function field(name: string, value: unknown): string {
  return `${JSON.stringify(name)}:${JSON.stringify(value) ?? "null"}`;
}

/** A seed for what is not worth shrinking. */
export const randomness: Arbitrary<Random> = fc
  .noShrink(fc.nat())
  .map((seed) => seededRandom(seed));

/** Bytes of a record, changed at some places: flipped, cut out, put in, doubled, cut off. */
export function mutated(original: Uint8Array, random: Random): Uint8Array {
  let bytes = Uint8Array.from(original);
  for (let change = integerBelow(random, 4); change >= 0; change -= 1) {
    bytes = mutatedOnce(bytes, random);
  }
  return bytes;
}

/** Numbers at the edges of their types. */
const EDGES = [0x00, 0x01, 0x02, 0x7f, 0x80, 0xfe, 0xff] as const;

function mutatedOnce(bytes: Uint8Array<ArrayBuffer>, random: Random): Uint8Array<ArrayBuffer> {
  const at = integerBelow(random, bytes.length + 1);
  const length = Math.min(integerBelow(random, 9) + 1, bytes.length - at);
  switch (integerBelow(random, 6)) {
    case 0:
      if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << integerBelow(random, 8));
      return bytes;
    case 1:
      bytes.fill(EDGES[integerBelow(random, EDGES.length)] ?? 0, at, at + length);
      return bytes;
    case 2:
      return joined(bytes.subarray(0, at), bytes.subarray(at + length));
    case 3:
      return joined(bytes.subarray(0, at), noise(random), bytes.subarray(at));
    case 4:
      return joined(bytes.subarray(0, at), bytes.subarray(Math.max(0, at - length)));
    default:
      return bytes.slice(0, at);
  }
}

function noise(random: Random): Uint8Array {
  const bytes = new Uint8Array(integerBelow(random, 12));
  for (const at of bytes.keys()) {
    bytes[at] = random() < 0.5 ? integerBelow(random, 256) : (EDGES[integerBelow(random, 7)] ?? 0);
  }
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
