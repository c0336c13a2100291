export { AvroSchema, SCHEMA_CHARS_MAX } from "./avro-schema.ts";
export { CauseList } from "./cause-list.ts";
export {
  cloudEventHeaders,
  cloudEventId,
  cloudEventSource,
  cloudEventType,
} from "./cloud-event.ts";
export {
  CodecError,
  decode,
  decodeAs,
  decoderOf,
  encode,
  fromJson,
  learnWriterSchema,
  nameOf,
  schemaIdOf,
  toJson,
} from "./codec.ts";
export { derivedHash, derivedHashOf, nounHash, nounHashOf } from "./hash.ts";
export { LEARNED_ID_MAX, LEARNED_ID_MIN } from "./learned-schemas.ts";
export {
  type Causes,
  decodeCurrent,
  encodeCurrent,
  encodePrevious,
  encodeStatement,
} from "./statement-bytes.ts";
export { outlineOf, type StatementOutline } from "./statement-outline.ts";
export type { Decoded, RecordName, RecordTypes, StatementName } from "./record-name.ts";
export {
  readSchema,
  readSchemaIds,
  readSubjects,
  type RecordSchema,
  type SchemaId,
} from "./schema-files.ts";
