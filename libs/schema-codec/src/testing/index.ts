export { compatibilityFaults, withoutDocs } from "./compatibility.ts";
export { randomRecordOf } from "./random-record.ts";
