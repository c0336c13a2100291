import fc from "fast-check";
import { expect, test } from "vitest";
import { compileWriter } from "./avro-writer.ts";
import { ByteSink } from "./byte-sink.ts";
import { encode, HEADER_BYTES, typeOf } from "./codec.ts";
import type { RecordName } from "./record-name.ts";
import { readSchema, readSubjects, type RecordSchema, type Schema } from "./schema-files.ts";
import { randomRecordOf } from "./testing/random-record.ts";

const NAMES = readSubjects() as readonly RecordName[];

test.each(NAMES)("a %s has the bytes that the Avro library gives it", (name) => {
  const type = typeOf(readSchema(`${name}.avsc`));
  fc.assert(
    fc.property(randomRecordOf(name), (value) => {
      const bytes = Buffer.from(encode(name, value).subarray(HEADER_BYTES));
      expect(type.toBuffer(type.fromBuffer(bytes))).toEqual(bytes);
    }),
  );
});

function schemaOf(type: Schema): RecordSchema {
  return { type: "record", name: "Example", namespace: "titan", fields: [{ name: "field", type }] };
}

const HASH = { type: "fixed", name: "Hash", size: 8, logicalType: "titan-hash" };
const OP = { type: "enum", name: "Op", symbols: ["UPDATE", "DELETE"] };
const INNER = { type: "record", name: "Inner", fields: [{ name: "text", type: "string" }] };
const OTHER = { type: "record", name: "Other", fields: [{ name: "text", type: "string" }] };
const EITHER = ["null", INNER, OTHER];

test.each<readonly [what: string, type: Schema, values: readonly unknown[]]>([
  ["text", "string", [1, null, undefined, ["a"], new Uint8Array(1)]],
  ["long", "long", [1.5, NaN, Infinity, 2 ** 53, -(2 ** 53), "1", 1n, null, undefined]],
  ["int", "int", [1.5, NaN, 2 ** 31, -(2 ** 31) - 1, "1", null, undefined]],
  ["boolean", "boolean", [0, 1, "true", null, undefined]],
  ["list of bytes", "bytes", ["a", [1], null, undefined, { length: 1 }]],
  ["hash", HASH, [1, "1", -1n, 2n ** 64n, null, undefined]],
  ["symbol", OP, ["update", 0, null, undefined]],
  ["list", { type: "array", items: "long" }, [{ length: 0 }, "a", null, undefined, [1, "2"]]],
  ["map", { type: "map", values: "long" }, [[], "a", null, undefined, { a: "2" }]],
  ["record", INNER, [null, undefined, "a", {}, { text: 1 }]],
  ["optional text", ["null", "string"], [1, undefined]],
  ["branch", EITHER, [undefined, "a", {}, { text: "a" }, { "titan.Third": { text: "a" } }]],
  ["one branch", EITHER, [{ "titan.Inner": {} }, { "titan.Inner": null, "titan.Other": null }]],
])("what is no %s is refused, as the Avro library does", (_, type, values) => {
  const write = compileWriter(schemaOf(type));
  const library = typeOf(schemaOf(type));
  for (const field of values) {
    expect(() => library.toBuffer({ field }), String(field)).toThrowError();
    expect(() => write({ field }, new ByteSink(16)), String(field)).toThrowError(TypeError);
  }
});

test("a field that is missing has its default", () => {
  const fields = [
    { name: "text", type: "string", default: "x" },
    { name: "list", type: { type: "array", items: "string" }, default: [] },
    { name: "number", type: "long", default: 7 },
  ];
  const schema: RecordSchema = { type: "record", name: "Example", namespace: "titan", fields };
  const sink = new ByteSink(16);
  compileWriter(schema)({ number: undefined }, sink);
  expect(Buffer.from(sink.view())).toEqual(typeOf(schema).toBuffer({}));
});
