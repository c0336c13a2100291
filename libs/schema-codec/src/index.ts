export {
  CodecError,
  decode,
  decodeAs,
  encode,
  fromJson,
  nameOf,
  schemaIdOf,
  toJson,
} from "./codec.ts";
export { derivedHash, nounHash } from "./hash.ts";
export type { Decoded, RecordName, RecordTypes, StatementName } from "./record-name.ts";
export {
  readSchema,
  readSchemaIds,
  readSubjects,
  type RecordSchema,
  type SchemaId,
} from "./schema-files.ts";
