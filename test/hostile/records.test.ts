import { integerBelow } from "@titan/event-log/testing";
import {
  CodecError,
  decode,
  encode,
  fromJson,
  learnWriterSchema,
  readSchemaIds,
  toJson,
  type RecordName,
} from "@titan/schema-codec";
import { randomRecordOf } from "@titan/schema-codec/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { CASES, casesOf, expectInProportion, tryAll } from "./cases.ts";
import { hostileJson, hostileText, mutated, randomness } from "./hostile-values.ts";

const NAMES = [...new Set(readSchemaIds().map(({ subject }) => subject as RecordName))].sort();
const SAMPLES = 40;
/** A union's branch or an enum's symbol may take one byte and mean a few values. */
const VALUES_PER_BYTE = 8;
const VALUES_OF_A_RECORD = 200;

test.each(NAMES)(`${CASES} changed bytes of a %s are a record or a CodecError`, (name) => {
  const originals = fc
    .sample(randomRecordOf(name), { numRuns: SAMPLES, seed: 1 })
    .map((record) => encode(name, record as never));
  let read = 0;
  let refused = 0;
  tryAll(
    randomness,
    (random) => {
      const original = originals[integerBelow(random, SAMPLES)] ?? new Uint8Array();
      const bytes = mutated(original, random);
      try {
        const { name: found, value } = decode(bytes);
        read += 1;
        if (read % 50 !== 0) return;
        const values = valuesIn(value);
        if (values > bytes.length * VALUES_PER_BYTE + VALUES_OF_A_RECORD) {
          throw new Error(`${bytes.length} bytes of a ${found} became ${values} values`);
        }
      } catch (error) {
        if (!(error instanceof CodecError)) throw error;
        refused += 1;
      }
    },
    CASES,
  );
  expect(Math.min(read, refused)).toBeGreaterThan(0);
});

function valuesIn(value: unknown): number {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return 1;
  return Object.values(value).reduce<number>((sum, inner) => sum + valuesIn(inner), 1);
}

test(`${CASES} bytes of noise with each schema's id are refused, or are a record`, () => {
  const ids = readSchemaIds().map(({ id }) => id);
  const noise = fc.tuple(fc.constantFrom(...ids), fc.uint8Array({ maxLength: 64 }));
  tryAll(noise, ([id, body]) => {
    const bytes = Buffer.concat([Buffer.from([0, id >>> 24, id >>> 16, id >>> 8, id]), body]);
    try {
      decode(bytes);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
    }
  });
});

test(`${CASES} values of JSON are a record or a CodecError`, () => {
  tryAll(
    fc.tuple(fc.constantFrom(...NAMES), hostileJson),
    ([name, json]) => {
      try {
        toJson(name, fromJson(name, json));
      } catch (error) {
        if (!(error instanceof CodecError)) throw error;
      }
    },
    CASES,
  );
});

test("a selector of Avro nested a hundred thousand deep is refused or read, and ends nothing", () => {
  const [target] = fc.sample(randomRecordOf("target"), { numRuns: 1, seed: 1 });
  const one = { op: "not", label: "", values: [], terms: [] as unknown[] };
  for (const depth of [10, 1_000, 10_000, 100_000]) {
    // Its own bytes, around the bytes of the innermost: an empty list of values, one term, its end.
    const shallow = encode("target", withSelector(target, { ...one, terms: [one] }));
    const flat = encode("target", withSelector(target, one));
    const at = shallow.findIndex((byte, index) => byte !== flat[index]);
    const level = shallow.slice(at - 3, at + 1);
    const deep = Buffer.concat([
      shallow.subarray(0, at - 3),
      ...Array.from({ length: depth }, () => level),
      shallow.subarray(at - 3),
      Buffer.alloc(depth),
    ]);
    try {
      decode(deep);
    } catch (error) {
      expect(error).toBeInstanceOf(CodecError);
    }
  }
});

function withSelector(record: unknown, selector: unknown): never {
  const { current, previous, ...rest } = record as Readonly<Record<string, object | null>>;
  const noun = current ?? previous ?? {};
  return { ...rest, previous: null, current: { ...noun, selector } } as never;
}

test("a list of many short items takes time in proportion to its bytes", () => {
  const [git] = fc.sample(randomRecordOf("host"), { numRuns: 1, seed: 1 });
  const bytesOf = (size: number): Uint8Array => {
    const labels = Object.fromEntries(Array.from({ length: size }, (_, at) => [`l${at}`, "v"]));
    const { current, previous, ...rest } = git as unknown as Readonly<Record<string, object>>;
    const noun = { ...(current ?? previous), labels };
    return encode("host", { ...rest, previous: null, current: noun } as never);
  };
  expectInProportion(2_000, bytesOf, (bytes) => decode(bytes));
});

test(`${casesOf(20)} texts of schemas that a stranger registers are learned or passed over`, () => {
  const schema = fc.oneof(
    hostileText,
    hostileJson.map((value) => JSON.stringify(value)),
    fc
      .tuple(fc.constantFrom("record", "array", "map", "enum", "fixed", "union"), hostileJson)
      .map(([type, rest]) =>
        JSON.stringify({ type, name: "Host", namespace: "titan", fields: rest, items: rest }),
      ),
  );
  tryAll(schema, (text) => void learnWriterSchema(text), casesOf(20));
});
