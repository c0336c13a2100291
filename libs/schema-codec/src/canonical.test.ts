import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteCursor } from "./byte-cursor.ts";
import { ByteSink } from "./byte-sink.ts";
import { compileCanonical } from "./canonical.ts";
import type { StatementName } from "./record-name.ts";
import { readSchema, type CompoundSchema, type Schema } from "./schema-files.ts";
import { encodeCurrent } from "./statement-bytes.ts";
import { randomRecordOf } from "./testing/random-record.ts";

const STATEMENTS: readonly StatementName[] = [
  "assignment",
  "deployment",
  "host",
  "host-deployment",
  "host-target",
  "rendered-deployment",
  "target",
  "template",
  "token",
  "view",
  "workload",
  "workspace",
];

test.each(STATEMENTS)("the canonical text of a %s is that of its value", (name) => {
  const schema = readSchema(`${name}.avsc`);
  const canonical = compileCanonical(schema, "current");
  const named = new Map<string, CompoundSchema>();
  for (const { type } of schema.fields) collect(type, named);
  const type = schema.fields.find((field) => field.name === "current")?.type ?? "null";
  fc.assert(
    fc.property(randomRecordOf(name), ({ current }) => {
      const bytes = encodeCurrent(name, current);
      const [from, to] = [new ByteCursor(bytes, 0), new ByteSink(8)];
      canonical(from, to);
      expect(Buffer.from(to.view()).toString()).toBe(plainText(type, current, named));
      expect(from.left).toBe(0);
    }),
  );
});

function collect(schema: Schema, named: Map<string, CompoundSchema>): void {
  if (typeof schema === "string") return;
  if (Array.isArray(schema)) {
    for (const branch of schema as readonly Schema[]) collect(branch, named);
    return;
  }
  const compound = schema as CompoundSchema;
  if (compound.name !== undefined) named.set(compound.name, compound);
  for (const { type } of compound.fields ?? []) collect(type, named);
  collect(compound.items ?? "null", named);
  collect(compound.values ?? "null", named);
}

/** The same from the value, as plainly as it can be said. */
function plainText(schema: Schema, value: unknown, named: Map<string, CompoundSchema>): string {
  const text = (type: Schema | undefined, part: unknown): string =>
    plainText(type ?? "null", part, named);
  if (value === null) return "null";
  if (Array.isArray(schema)) {
    const [only] = (schema as readonly Schema[]).filter((branch) => branch !== "null");
    return text(only, value);
  }
  if (typeof schema === "string" && named.has(schema)) return text(named.get(schema), value);
  const compound = (typeof schema === "string" ? { type: schema } : schema) as CompoundSchema;
  switch (compound.type) {
    case "record": {
      const fields = (compound.fields ?? []).flatMap(({ name, type, default: byDefault }) => {
        const part = text(type, (value as Record<string, unknown>)[name]);
        return part === JSON.stringify(byDefault) ? [] : [[name, part] as const];
      });
      return object(fields);
    }
    case "map": {
      const entries = Object.entries(value as Record<string, unknown>);
      return object(entries.map(([key, part]) => [key, text(compound.values, part)] as const));
    }
    case "array":
      return `[${(value as unknown[]).map((item) => text(compound.items, item)).join()}]`;
    case "fixed":
      return `"${(value as bigint).toString(16).padStart(16, "0")}"`;
    case "bytes":
      return `"${Buffer.from(value as Uint8Array).toString("base64")}"`;
    default:
      return JSON.stringify(value);
  }
}

function object(parts: readonly (readonly [name: string, text: string])[]): string {
  const sorted = parts.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join()}}`;
}

test("the keys of a map have one order, in whichever they come", () => {
  const schema = readSchema("host.avsc");
  const canonical = compileCanonical(schema, "current");
  // The last two have the one order as bytes and the other as JavaScript compares them.
  const keys = ["", "a", "a/", "ab", 'b"', "é", "\u{d7ff}", "\u{ffee}", "\u{1f600}"];
  const textOf = (order: readonly string[]): string => {
    const labels = Object.fromEntries(order.map((key) => [key, `of ${key}`]));
    const host = { workspace: "w", name: "n", labels, createdRevision: 1, description: "" };
    const [from, to] = [new ByteCursor(encodeCurrent("host", host), 0), new ByteSink(8)];
    canonical(from, to);
    return Buffer.from(to.view()).toString();
  };
  const wanted = textOf(keys.toReversed());
  expect(Object.keys((JSON.parse(wanted) as { labels: object }).labels)).toEqual(keys.toSorted());
  fc.assert(
    fc.property(fc.shuffledSubarray(keys, { minLength: keys.length }), (order) => {
      expect(textOf(order)).toBe(wanted);
    }),
  );
  expect(textOf(keys.toSorted())).toBe(wanted);
});
