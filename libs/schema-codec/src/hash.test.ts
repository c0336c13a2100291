import fc from "fast-check";
import { expect, test } from "vitest";
import { compileWriter } from "./avro-writer.ts";
import { ByteCursor } from "./byte-cursor.ts";
import { ByteSink } from "./byte-sink.ts";
import { compileCanonical } from "./canonical.ts";
import { decodeAs, encode } from "./codec.ts";
import { derivedHash, nounHash } from "./hash.ts";
import { projectionOf } from "./projection.ts";
import { readSchema, type CompoundSchema, type RecordSchema } from "./schema-files.ts";
import { randomRecordOf } from "./testing/random-record.ts";

const host = {
  workspace: "default",
  name: "tim-pi",
  labels: { site: "lab", platform: "kubernetes" },
  createdRevision: 7,
  description: "",
};

test("hashes are what they always were: the state of every log depends on it", () => {
  expect(nounHash("host", "default/tim-pi", 12, host)).toBe(GOLDEN.host);
  expect(nounHash("host", "default/tim-pi", 12, null)).toBe(GOLDEN.hostGone);
  const membership = { workspace: "default", host: "tim-pi", targets: ["default/lab"] };
  expect(derivedHash("host-target", "default/tim-pi", membership)).toBe(GOLDEN.membership);
});

test("a noun's hash covers its revision, that of a derived record has none", () => {
  expect(nounHash("host", "k", 12, host)).not.toBe(nounHash("host", "k", 13, host));
});

test("a hash covers the key", () => {
  expect(nounHash("host", "a", 12, host)).not.toBe(nounHash("host", "b", 12, host));
  const membership = { workspace: "default", host: "a", targets: [] };
  expect(derivedHash("host-target", "a", membership)).not.toBe(
    derivedHash("host-target", "b", membership),
  );
});

test("the deletion of a noun has a hash of its own, that of a derived record adds nothing", () => {
  expect(nounHash("host", "k", 12, null)).not.toBe(0n);
  expect(nounHash("host", "k", 12, null)).not.toBe(nounHash("host", "k", 13, null));
  expect(derivedHash("host-target", "k", null)).toBe(0n);
});

test("the order of labels does not matter, their content does", () => {
  const turned = { ...host, labels: { platform: "kubernetes", site: "lab" } };
  expect(nounHash("host", "k", 1, turned)).toBe(nounHash("host", "k", 1, host));
  const other = { ...host, labels: { platform: "kubernetes", site: "la" } };
  expect(nounHash("host", "k", 1, other)).not.toBe(nounHash("host", "k", 1, host));
});

test("a record that was read has the hash of the record that was written", () => {
  fc.assert(
    fc.property(randomRecordOf("template"), (record) => {
      const read = decodeAs("template", encode("template", record));
      expect(nounHash("template", "k", 1, read.current)).toBe(
        nounHash("template", "k", 1, record.current),
      );
    }),
  );
});

test("no hash changes when the schema gains a field with a default", () => {
  const old = readSchema("host.avsc");
  const grown = withField(old, { name: "arch", type: "string", default: "any" });
  expect(canonicalText(grown, { ...host, arch: "any" })).toBe(canonicalText(old, host));
  expect(canonicalText(grown, { ...host, arch: "arm64" })).not.toBe(canonicalText(old, host));
});

test("fields that equal their default are left out, whatever their type", () => {
  const file = { path: "a", text: "x", bytes: null, executable: false };
  const value = { workspace: "w", name: "n", labels: {}, createdRevision: 1, files: [file] };
  const whole = { ...value, delimiters: [], verbatim: [], defaults: "{}" };
  const text = canonicalText(readSchema("template.avsc"), whole);
  expect(text).not.toContain("executable");
  expect(text).not.toContain("delimiters");
  expect(text).not.toContain("defaults");
});

function canonicalText(schema: RecordSchema, current: unknown): string {
  const [value, text] = [new ByteSink(8), new ByteSink(8)];
  compileWriter(projectionOf(schema, ["current"]))({ current }, value);
  compileCanonical(schema, "current")(new ByteCursor(value.view(), 0), text);
  return Buffer.from(text.view()).toString();
}

function withField(schema: RecordSchema, field: object): RecordSchema {
  const copy = JSON.parse(JSON.stringify(schema)) as RecordSchema;
  const previous = copy.fields.find(({ name }) => name === "previous")?.type;
  const noun = (previous as readonly CompoundSchema[])[1];
  const fields = noun?.fields as object[] | undefined;
  fields?.push(field);
  return copy;
}

const GOLDEN = {
  host: 3908044115715588053n,
  hostGone: 2131386279965837662n,
  membership: 8687310443916037361n,
};
