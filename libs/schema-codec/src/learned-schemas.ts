import { createHash } from "node:crypto";
import { AvroSchema, measurableRecord } from "./avro-schema.ts";
import type { RecordName } from "./record-name.ts";
import { readSchema, readSchemaIds, type RecordSchema } from "./schema-files.ts";

/** Local ids of learned schemas begin here: far above what `schemas/ids.json` ever gets to. */
export const LEARNED_ID_MIN = 1_000_001;
/** How many schemas a process learns; more are unknown to it until it is started again. */
const LEARNED_SCHEMAS_MAX = 500;

/** The last local id of a learned schema. */
export const LEARNED_ID_MAX = LEARNED_ID_MIN + LEARNED_SCHEMAS_MAX - 1;

/** Takes up a schema under an id; throws when the newest of ours can not read what it writes. */
export type AddReader = (id: number, name: RecordName, schema: RecordSchema) => void;

/** The schemas from outside that this process reads: which they are, and under which ids. */
export class LearnedSchemas {
  readonly #add: AddReader;
  readonly #nameByFullName = new Map<string, RecordName>();
  /** By a digest of the text, so that what others wrote is not kept. */
  readonly #ids = new Map<string, number>();
  #count = 0;

  constructor(add: AddReader) {
    this.#add = add;
    for (const { id, subject, file } of readSchemaIds()) {
      const schema = readSchema(file);
      const parsed = AvroSchema.parse(JSON.stringify(schema));
      if (parsed === undefined) throw new Error(`${file} is no Avro schema`);
      this.#nameByFullName.set(parsed.fullName, subject as RecordName);
      this.#ids.set(digest(parsed.normal), id);
    }
  }

  /** The local id of a schema, always the same; undefined when its records can not be read here. */
  learn(text: string): number | undefined {
    const parsed = AvroSchema.parse(text);
    if (parsed === undefined) return undefined;
    const key = digest(parsed.normal);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const name = this.#nameByFullName.get(parsed.fullName);
    if (name === undefined || this.#count >= LEARNED_SCHEMAS_MAX) return undefined;
    const id = LEARNED_ID_MIN + this.#count;
    try {
      const schema = measurableRecord(parsed.normal);
      if (schema === undefined) return undefined;
      this.#add(id, name, schema);
    } catch {
      return undefined;
    }
    this.#count += 1;
    this.#ids.set(key, id);
    return id;
  }
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}
