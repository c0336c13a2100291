import avsc from "avsc";
import { HashType } from "../hash-type.ts";
import { resolverOf } from "../resolver.ts";
import type { CompoundSchema, RecordSchema, Schema } from "../schema-files.ts";

/**
 * Why two texts of one schema can not both be in use, in plain words; none when each can read what
 * the other wrote (FULL compatibility) and no hash changes: a default is part of a hash, since a
 * field that equals it is left out.
 */
export function compatibilityFaults(older: RecordSchema, newer: RecordSchema): readonly string[] {
  const faults: string[] = [];
  compare(withoutDocs(older), withoutDocs(newer), older.name, faults);
  const [before, after] = [typeOf(older), typeOf(newer)];
  for (const [reader, writer, what] of [
    [after, before, "the newer can not read the older"],
    [before, after, "the older can not read the newer"],
  ] as const) {
    try {
      resolverOf(reader, writer);
    } catch (error) {
      faults.push(`${what}: ${String(error)}`);
    }
  }
  return faults;
}

/** The schema without its prose, which may be corrected at any time. */
export function withoutDocs<S extends Schema>(schema: S): S {
  return JSON.parse(
    JSON.stringify(schema, (name, value: unknown) => (name === "doc" ? undefined : value)),
  ) as S;
}

function typeOf(schema: RecordSchema): avsc.Type {
  return avsc.Type.forSchema(schema as unknown as avsc.Schema, {
    logicalTypes: { "titan-hash": HashType },
    registry: {},
  });
}

function compare(older: Schema, newer: Schema, path: string, faults: string[]): void {
  if (typeof older === "string" || typeof newer === "string") {
    if (older !== newer) faults.push(`${path} is of another type`);
    return;
  }
  if (Array.isArray(older) || Array.isArray(newer)) {
    const [before, after] = [older, newer] as readonly (readonly Schema[])[];
    if (before?.length !== after?.length) faults.push(`${path} has other branches`);
    before?.forEach((branch, at) => compare(branch, after?.[at] ?? "null", path, faults));
    return;
  }
  const [before, after] = [older, newer] as readonly CompoundSchema[];
  if (before === undefined || after === undefined) return;
  for (const part of ["type", "name", "size", "logicalType"] as const) {
    if (before[part] !== after[part]) faults.push(`${path} has another ${part}`);
  }
  if (String(before.symbols) !== String(after.symbols)) faults.push(`${path} has other symbols`);
  compareFields(before, after, path, faults);
  for (const part of ["items", "values"] as const) {
    const [mine, theirs] = [before[part], after[part]];
    if (mine !== undefined && theirs !== undefined) compare(mine, theirs, path, faults);
  }
}

function compareFields(
  older: CompoundSchema,
  newer: CompoundSchema,
  path: string,
  faults: string[],
): void {
  const [before, after] = [older.fields ?? [], newer.fields ?? []];
  for (const field of before) {
    const other = after.find(({ name }) => name === field.name);
    const at = `${path}.${field.name}`;
    if (other === undefined) {
      if (field.default === undefined) faults.push(`${at} has no default and is gone`);
    } else {
      if (JSON.stringify(field.default) !== JSON.stringify(other.default)) {
        faults.push(`${at} has another default`);
      }
      compare(field.type, other.type, at, faults);
    }
  }
  for (const field of after) {
    const isNew = !before.some(({ name }) => name === field.name);
    if (isNew && field.default === undefined) faults.push(`${path}.${field.name} has no default`);
  }
}
