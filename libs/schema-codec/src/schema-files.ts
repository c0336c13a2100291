import { readFileSync, readdirSync } from "node:fs";

/** An Avro schema as `schemas/*.avsc` states it: always a record. */
export interface RecordSchema {
  readonly type: "record";
  readonly name: string;
  readonly namespace?: string;
  readonly doc?: string;
  readonly fields: readonly FieldSchema[];
}

export interface FieldSchema {
  readonly name: string;
  readonly type: Schema;
  readonly default?: unknown;
}

export interface CompoundSchema {
  readonly type: string;
  readonly name?: string;
  readonly size?: number;
  readonly logicalType?: string;
  readonly fields?: readonly FieldSchema[];
  readonly symbols?: readonly string[];
  readonly items?: Schema;
  readonly values?: Schema;
}

export type Schema = string | readonly Schema[] | CompoundSchema;

/** One released text of a schema; ids are never given again and never change their meaning. */
export interface SchemaId {
  readonly id: number;
  readonly subject: string;
  readonly version: number;
  /** Path below `schemas/` of the text that this id stands for. */
  readonly file: string;
}

const folder = new URL("../../../schemas/", import.meta.url);

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, folder), "utf8"));
}

/** Subjects in use: the names of the `.avsc` files, sorted. */
export function readSubjects(): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".avsc"))
    .map((file) => file.slice(0, -".avsc".length))
    .sort();
}

export function readSchema(file: string): RecordSchema {
  return readJson(file) as RecordSchema;
}

/** The append-only list of ids, oldest first. */
export function readSchemaIds(): readonly SchemaId[] {
  return readJson("ids.json") as readonly SchemaId[];
}
