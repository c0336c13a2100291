import { utf8Length } from "../utf8.ts";

/** No record is larger, so any broker's defaults will do. */
export const RECORD_BYTES_MAX = 900 * 1_024;

/** A length, a number or a union's branch takes at most so many bytes in Avro. */
const NUMBER_BYTES = 10;

/** An upper bound for the bytes that a value of a record takes in Avro. Fields are not named there. */
export function recordSize(value: unknown): number {
  if (typeof value === "string") return NUMBER_BYTES + utf8Length(value);
  if (typeof value !== "object" || value === null) return NUMBER_BYTES;
  if (value instanceof Uint8Array) return NUMBER_BYTES + value.length;
  if (Array.isArray(value)) return value.reduce<number>(addSize, 2 * NUMBER_BYTES);
  // A map's keys are written, a record's fields are not; counting both keeps this an upper bound.
  const names = Object.keys(value).reduce(addSize, NUMBER_BYTES);
  return Object.values(value).reduce<number>(addSize, names);
}

function addSize(sum: number, item: unknown): number {
  return sum + recordSize(item);
}
