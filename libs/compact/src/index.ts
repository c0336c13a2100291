export { Arena } from "./arena.ts";
export { ByteValues } from "./byte-values.ts";
export { grown } from "./grown.ts";
export { HostTable, type TableHost } from "./host-table.ts";
export { KeyNumbers } from "./key-numbers.ts";
export { LabelPairs } from "./label-pairs.ts";
export { Relation } from "./relation.ts";
export { Rows } from "./rows.ts";
export { Span } from "./span.ts";
