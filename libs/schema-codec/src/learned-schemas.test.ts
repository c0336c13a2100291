import avsc from "avsc";
import fc from "fast-check";
import { expect, test } from "vitest";
import { SCHEMA_CHARS_MAX } from "./avro-schema.ts";
import { CodecError, decode, encode, learnWriterSchema, nameOf } from "./codec.ts";
import { LEARNED_ID_MIN, LearnedSchemas } from "./learned-schemas.ts";
import type { RecordName } from "./record-name.ts";
import { readSchema, readSchemaIds, readSubjects } from "./schema-files.ts";
import { randomRecordOf } from "./testing/random-record.ts";

interface Field {
  readonly name: string;
  readonly type: unknown;
  readonly default?: unknown;
}
interface Record {
  readonly name: string;
  readonly namespace?: string;
  readonly fields: readonly Field[];
}

const NAMES = readSubjects() as readonly RecordName[];
const HEADER_BYTES = 5;
const FUZZ_RUNS = 2_000;

function schemaOf(name: RecordName): Record {
  return readSchema(`${name}.avsc`) as unknown as Record;
}

function learn(schema: unknown): number | undefined {
  return learnWriterSchema(JSON.stringify(schema));
}

function learnedId(schema: unknown): number {
  const id = learn(schema);
  if (id === undefined) throw new Error("it was not learned");
  expect(id).toBeGreaterThanOrEqual(LEARNED_ID_MIN);
  return id;
}

/** A schema of ours with a field before all others that we do not know. */
function grown(name: RecordName, type: unknown): Record {
  const schema = schemaOf(name);
  return { ...schema, fields: [{ name: "theirs", type }, ...schema.fields] };
}

/** What such a writer sends: its field, then what we would have written. */
function written(id: number, theirs: Uint8Array, ours: Uint8Array): Uint8Array {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(id, 1);
  return Buffer.concat([header, theirs, ours.subarray(HEADER_BYTES)]);
}

function refusal(bytes: Uint8Array): string {
  try {
    decode(bytes);
    return "accepted";
  } catch (error) {
    if (error instanceof CodecError) return error.code;
    throw error;
  }
}

const mark = encode("mark", { revision: 3, sum: 1n, count: 1 });
const LIST = { type: "array", items: "string" };

test.each(readSchemaIds())("the schema of $subject, version $version, keeps its id", (entry) => {
  const schema = readSchema(entry.file);
  expect(learn(schema)).toBe(entry.id);
  const text = JSON.stringify(schema, (key, value: unknown) =>
    key === "doc" || key === "logicalType" ? undefined : value,
  );
  expect(learnWriterSchema(text)).toBe(entry.id);
});

test.each(NAMES)("a %s with more fields, of every kind, is read as ours", (name) => {
  const type = {
    type: "record",
    name: "Theirs",
    fields: [
      { name: "number", type: "double" },
      { name: "small", type: "float" },
      { name: "list", type: LIST },
      { name: "choice", type: ["null", "bytes"] },
      { name: "map", type: { type: "map", values: "long" } },
    ],
  };
  const value = { number: 1.5, small: 2, list: ["a", "b"], choice: null, map: { a: 1 } };
  const theirs = avsc.Type.forSchema(type as avsc.Schema).toBuffer(value);
  const id = learnedId(grown(name, type));
  expect(learn(grown(name, type))).toBe(id);
  fc.assert(
    fc.property(randomRecordOf(name), (record) => {
      const bytes = written(id, theirs, encode(name, record));
      expect(nameOf(bytes)).toBe(name);
      expect(decode(bytes)).toEqual({ name, value: record });
    }),
    { numRuns: 30 },
  );
});

test("a field that is missing is read as its default, and our own writing stays as it was", () => {
  const { fields, ...rest } = schemaOf("report");
  const id = learnedId({ ...rest, fields: fields.filter(({ name }) => name !== "url") });
  const ours = fc.sample(randomRecordOf("report"), { numRuns: 1, seed: 3 })[0];
  if (ours === undefined) throw new Error("no record");
  const kinds = fields.filter(({ name }) => name !== "url");
  const type = avsc.Type.forSchema({ ...rest, fields: kinds } as unknown as avsc.Schema);
  const bytes = written(id, type.toBuffer(ours), new Uint8Array(HEADER_BYTES));
  expect(decode(bytes)).toEqual({ name: "report", value: { ...ours, url: "" } });
  expect(nameOf(encode("report", ours))).toBe("report");
});

test("the namespace may be written in the name", () => {
  const { namespace, name, ...rest } = grown("mark", "int");
  expect(learn({ ...rest, name: `${namespace}.${name}` })).toBe(learn(grown("mark", "int")));
});

const { fields } = schemaOf("mark");
const other = (change: (field: Field) => Field): Record => ({
  ...schemaOf("mark"),
  fields: fields.map(change),
});
/** Names that each hold the next one twice: two to the thirtieth steps for no byte. */
const swollen = Array.from({ length: 30 }).reduceRight<unknown>(
  (inner, _, level) => ({
    type: "record",
    name: `Level${level}`,
    fields: [
      { name: "one", type: inner },
      { name: "two", type: level === 29 ? "null" : `Level${level + 1}` },
    ],
  }),
  "null",
);

test.each([
  ["no JSON", "{"],
  ["no schema", JSON.stringify({ type: "recrod" })],
  ["a number", "5"],
  ["nothing", "null"],
  ["a type without a name", JSON.stringify("string")],
  ["a record of somebody else", JSON.stringify({ ...schemaOf("mark"), name: "Other" })],
  ["another namespace", JSON.stringify({ ...schemaOf("mark"), namespace: "other" })],
  ["a field of another type", JSON.stringify(other((f) => ({ ...f, type: "string" })))],
  ["a field of ours missing", JSON.stringify({ ...schemaOf("mark"), fields: [fields[0]] })],
  [
    "a hash of another size",
    JSON.stringify(
      other((f) => (f.name === "sum" ? { ...f, type: { ...(f.type as object), size: 4 } } : f)),
    ),
  ],
  ["a field that takes no byte", JSON.stringify(grown("mark", "null"))],
  ["items that take no byte", JSON.stringify(grown("mark", { type: "array", items: "null" }))],
  ["records that swell", JSON.stringify(grown("mark", swollen))],
  ["too many letters", JSON.stringify({ ...grown("mark", "int"), doc: "x".repeat(70_000) })],
  [
    "too many levels",
    `${'{"type":"array","items":'.repeat(2_500)}"int"${"}".repeat(2_500)}`.slice(0, 64_000),
  ],
  ["a name that runs as code", JSON.stringify(grown("mark", { type: "record", name: "a(){}" }))],
])("%s is not learned", (_, text) => {
  expect(learnWriterSchema(text)).toBeUndefined();
});

test("a record inside of itself, which never ends, harms nobody", () => {
  const endless = { type: "record", name: "Endless", fields: [{ name: "x", type: "Endless" }] };
  const id = learn(grown("mark", endless));
  if (id !== undefined) expect(refusal(written(id, new Uint8Array(), mark))).toBe("wrong-fields");
  expect(refusal(mark)).toBe("accepted");
});

test("a list that we pass over must have the size that it says, or the reader turns for ever", () => {
  const id = learnedId(grown("mark", LIST));
  const longType = avsc.Type.forSchema("long");
  const block = (count: number, size: number): Uint8Array =>
    Buffer.concat([
      longType.toBuffer(count),
      longType.toBuffer(size),
      Uint8Array.from([2, 97]),
      Uint8Array.from([0]),
    ]);
  expect(refusal(written(id, block(-1, 2), mark))).toBe("accepted");
  for (const size of [-2, -4, 0, 1, 3, 1_000_000]) {
    expect(refusal(written(id, block(-1, size), mark))).toBe("wrong-fields");
  }
});

test("noise under a learned id is wrong-fields or a record, and nothing else", () => {
  const id = learnedId(grown("proposal", { type: "map", values: LIST }));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
      expect(["accepted", "wrong-fields"]).toContain(
        refusal(written(id, noise, new Uint8Array(HEADER_BYTES))),
      );
    }),
    { numRuns: FUZZ_RUNS },
  );
});

test("only so many are learned, those that are known stay, and refused ones do not count", () => {
  const taken: number[] = [];
  const learned = new LearnedSchemas((id, name) => {
    if (name === "frontier") throw new Error("it can not be read");
    taken.push(id);
  });
  const text = (at: number): string => {
    const schema = grown("mark", "int");
    return JSON.stringify({
      ...schema,
      fields: [...schema.fields, { name: `n${at}`, type: "int" }],
    });
  };
  expect(learned.learn(JSON.stringify(grown("frontier", "int")))).toBeUndefined();
  let at = 0;
  while (learned.learn(text(at)) !== undefined) at += 1;
  expect(at).toBe(500);
  expect(taken).toEqual(Array.from({ length: 500 }, (_, index) => LEARNED_ID_MIN + index));
  expect(learned.learn(text(7))).toBe(LEARNED_ID_MIN + 7);
  expect(learned.learn(JSON.stringify(schemaOf("mark")))).toBe(
    readSchemaIds().find(({ subject }) => subject === "mark")?.id,
  );
  expect(SCHEMA_CHARS_MAX).toBeLessThan(100_000);
});
