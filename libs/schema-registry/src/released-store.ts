import { AvroSchema } from "@titan/schema-codec";
import { incompatibilities } from "./compatibility.ts";
import type { CompatibilityLevel, SchemaStore, SubjectVersion } from "./schema-store.ts";
import { recordOfPattern, releasedSchemas, subjectsOf, type ReleasedSchema } from "./subjects.ts";

const LEVEL: CompatibilityLevel = "FULL_TRANSITIVE";
const NOT_PERMITTED = 42_205;

/**
 * The schemas of this build, under the ids and versions of `schemas/ids.json`. It needs no storage,
 * and takes nothing new: schemas are released with Titan, since each record must be readable to
 * every processor. A schema that it has is registered again as often as anybody likes.
 */
export function createReleasedStore(): SchemaStore {
  const schemas = releasedSchemas();
  const bySubject = new Map<string, ReleasedSchema[]>();
  for (const schema of schemas) {
    for (const subject of [schema.record, ...subjectsOf(schema)]) {
      bySubject.set(subject, [...(bySubject.get(subject) ?? []), schema]);
    }
  }
  const recordByFullName = new Map(schemas.map(({ fullName, record }) => [fullName, record]));
  const texts = new Map(schemas.map(({ id, text }) => [id, text]));
  const idByNormal = new Map(
    schemas.map(({ id, text }) => [AvroSchema.parse(text)?.normal ?? "", id]),
  );
  const names = [...bySubject.keys()].sort();
  const versions = (subject: string): readonly SubjectVersion[] | undefined => {
    const found =
      bySubject.get(subject) ?? bySubject.get(recordOfPattern(subject, recordByFullName) ?? "");
    return found?.map(({ version, id, text }) => ({ subject, version, id, text }));
  };
  return {
    schema: (id) => texts.get(id),
    subjects: () => names,
    versions,
    register: (subject, schema) => {
      const id = idByNormal.get(schema.normal);
      if (id !== undefined) return { kind: "registered", id };
      const faults = incompatibilities(LEVEL, schema, versions(subject) ?? []);
      if (faults.length > 0) {
        const message = `the schema is incompatible with ${subject}: ${faults.join("; ")}`;
        return { kind: "refused", status: 409, code: 409, message };
      }
      return {
        kind: "refused",
        status: 422,
        code: NOT_PERMITTED,
        message: "schemas are released with Titan: this registry takes no new ones",
      };
    },
    level: (subject) => (subject === undefined ? LEVEL : undefined),
    setLevel: (level) =>
      level === LEVEL ? undefined : `the compatibility level of this registry is always ${LEVEL}`,
  };
}
