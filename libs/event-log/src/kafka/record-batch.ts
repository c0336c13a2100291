import { gunzipSync, zstdDecompressSync } from "node:zlib";
import type { AppendRecord, LogRecord } from "../event-log.ts";
import { crc32c } from "./crc32c.ts";
import type { RecordHeaders } from "./kafka-options.ts";
import { VarintReader, varintBytes, writeVarint } from "./varint.ts";
import { SharedRecord } from "../shared-record.ts";

/**
 * Kafka's record batch, version 2: the only form that brokers of our time store. Layout:
 * base offset 8, length 4, leader epoch 4, magic 1, CRC-32C 4 (of all that follows),
 * attributes 2, last offset delta 4, first and last timestamp 8 and 8, producer id 8, epoch 2,
 * sequence 4, count 4, records.
 * https://kafka.apache.org/documentation/#recordbatch
 */
const HEADER_BYTES = 61;
const MAGIC = 2;
const LENGTH_AT = 8;
/** Bytes before those that the length counts. */
const LENGTH_FROM = 12;
const MAGIC_AT = 16;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const LAST_DELTA_AT = 23;
const FIRST_TIMESTAMP_AT = 27;
const COUNT_AT = 57;
const CODEC_MASK = 0b111;
const LOG_APPEND_TIME = 0b1000;
const CONTROL = 0b10_0000;
/** What a decompressed batch may take: a broker's default limit is a megabyte. */
const DECOMPRESSED_BYTES_MAX = 64 * 1024 * 1024;

/** A record as it is written. */
export interface OutgoingRecord extends AppendRecord {
  readonly headers: RecordHeaders;
  /** What `recordBytes` says, where that was asked already. */
  readonly bytes?: number;
}

/** Bytes of a record in a batch, apart from the few of its offset's delta. */
export function recordBytes({ key, value, headers }: OutgoingRecord): number {
  let bytes = 2 + keyBytes(key) + varintBytes(value.length) + value.length;
  bytes += varintBytes(headers.length);
  for (const [name, text] of headers) {
    bytes += sizedText(name) + sizedText(text);
  }
  return bytes;
}

/** One batch of records, uncompressed, all with one timestamp. */
export function encodeRecordBatch(records: readonly OutgoingRecord[], timestampMs: number): Buffer {
  const bodies = records.map(
    (record, delta) => (record.bytes ?? recordBytes(record)) + varintBytes(delta),
  );
  let size = HEADER_BYTES;
  for (const body of bodies) size += varintBytes(body) + body;
  const target = Buffer.allocUnsafe(size);
  target.writeBigInt64BE(0n, 0);
  target.writeInt32BE(size - LENGTH_FROM, LENGTH_AT);
  target.writeInt32BE(-1, LENGTH_FROM);
  target[MAGIC_AT] = MAGIC;
  target.writeInt16BE(0, ATTRIBUTES_AT);
  target.writeInt32BE(records.length - 1, LAST_DELTA_AT);
  target.writeBigInt64BE(BigInt(timestampMs), FIRST_TIMESTAMP_AT);
  target.writeBigInt64BE(BigInt(timestampMs), FIRST_TIMESTAMP_AT + 8);
  target.writeBigInt64BE(-1n, FIRST_TIMESTAMP_AT + 16);
  target.writeInt16BE(-1, FIRST_TIMESTAMP_AT + 24);
  target.writeInt32BE(-1, FIRST_TIMESTAMP_AT + 26);
  target.writeInt32BE(records.length, COUNT_AT);
  let at = HEADER_BYTES;
  records.forEach((record, delta) => {
    at = writeVarint(target, at, bodies[delta] ?? 0);
    at = writeRecord(target, at, record, delta);
  });
  target.writeUInt32BE(crc32c(target.subarray(ATTRIBUTES_AT)), CRC_AT);
  return target;
}

function writeRecord(target: Buffer, from: number, record: OutgoingRecord, delta: number): number {
  target[from] = 0;
  target[from + 1] = 0;
  let at = writeVarint(target, from + 2, delta);
  // A topic without keys holds null keys, as plain Kafka clients expect.
  at = record.key === "" ? writeVarint(target, at, -1) : writeText(target, at, record.key);
  at = writeVarint(target, at, record.value.length);
  target.set(record.value, at);
  at = writeVarint(target, at + record.value.length, record.headers.length);
  for (const [name, text] of record.headers) {
    at = writeText(target, at, name);
    at = writeText(target, at, text);
  }
  return at;
}

function keyBytes(key: string): number {
  return key === "" ? 1 : sizedText(key);
}

function sizedText(text: string): number {
  const bytes = Buffer.byteLength(text);
  return varintBytes(bytes) + bytes;
}

/** Writes the text once if its length takes as many bytes as if it were plain. */
function writeText(target: Buffer, from: number, text: string): number {
  const expected = varintBytes(text.length);
  const bytes = target.write(text, from + expected);
  if (varintBytes(bytes) !== expected) target.write(text, from + varintBytes(bytes));
  return writeVarint(target, from, bytes) + bytes;
}

/** What a fetch brought of one partition. */
export interface DecodedRecords {
  /** Those at or above the offset that was asked for. */
  readonly records: readonly LogRecord[];
  /** Bytes of keys and values. */
  readonly bytes: number;
  /** The offset to go on from: also batches that compaction emptied move it. */
  readonly next: number;
}

/** Bytes that are no record batch, or whose sum is wrong. */
export class RecordBatchError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "RecordBatchError";
  }
}

/**
 * The records of the whole batches in `bytes`; a batch that is cut off at the end is left out.
 * Values are views into `bytes`. Control records of foreign transactions are passed over, and the
 * records of those transactions are read whatever became of them: Titan uses none.
 */
export function decodeRecordBatches(bytes: Buffer, from: number): DecodedRecords {
  const found: LogRecord[] = [];
  let size = 0;
  let next = from;
  let at = 0;
  while (bytes.length - at >= HEADER_BYTES) {
    const length = LENGTH_FROM + bytes.readInt32BE(at + LENGTH_AT);
    if (length < HEADER_BYTES) throw new RecordBatchError("a batch is shorter than its header");
    if (bytes.length - at < length) break;
    const batch = bytes.subarray(at, at + length);
    at += length;
    const base = Number(batch.readBigInt64BE(0));
    if (batch[MAGIC_AT] !== MAGIC) {
      throw new RecordBatchError(`the batch at ${base} has the unknown form ${batch[MAGIC_AT]}`);
    }
    if (crc32c(batch.subarray(ATTRIBUTES_AT)) !== batch.readUInt32BE(CRC_AT)) {
      throw new RecordBatchError(`the checksum of the batch at ${base} is wrong`);
    }
    const attributes = batch.readInt16BE(ATTRIBUTES_AT);
    next = Math.max(next, base + batch.readInt32BE(LAST_DELTA_AT) + 1);
    if ((attributes & CONTROL) !== 0) continue;
    for (const record of recordsOf(batch, base, attributes)) {
      if (record.offset < from) continue;
      found.push(record);
      size += record.key.length + record.value.length;
    }
  }
  return { records: found, bytes: size, next };
}

function recordsOf(batch: Buffer, base: number, attributes: number): readonly LogRecord[] {
  const first = Number(batch.readBigInt64BE(FIRST_TIMESTAMP_AT));
  const last = Number(batch.readBigInt64BE(FIRST_TIMESTAMP_AT + 8));
  const count = batch.readInt32BE(COUNT_AT);
  try {
    const body = decompressed(batch.subarray(HEADER_BYTES), attributes & CODEC_MASK);
    const reader = new VarintReader(body, 0);
    const records: LogRecord[] = [];
    for (let taken = 0; taken < count; taken += 1) {
      const length = reader.next();
      const end = reader.position + length;
      if (length < 0 || end > body.length) throw new RangeError("a record is cut off");
      reader.position += 1;
      const timestamp = first + reader.next();
      const offset = base + reader.next();
      const keyLength = fieldLength(reader, end);
      const keyAt = reader.position;
      reader.position += keyLength;
      const key = body.toString("utf8", keyAt, reader.position);
      const valueLength = fieldLength(reader, end);
      const value = body.subarray(reader.position, reader.position + valueLength);
      reader.position = end;
      const time = (attributes & LOG_APPEND_TIME) === 0 ? timestamp : last;
      records.push(new SharedRecord(key, value, offset, time));
    }
    return records;
  } catch (error) {
    throw new RecordBatchError(`the batch at ${base} can not be read`, error);
  }
}

/** Null counts as empty. */
function fieldLength(reader: VarintReader, end: number): number {
  const length = Math.max(0, reader.next());
  if (reader.position + length > end) throw new RangeError("a field is cut off");
  return length;
}

/** Our topics ask the broker to store records uncompressed; what is older may not be. */
function decompressed(body: Buffer, codec: number): Buffer {
  const limits = { maxOutputLength: DECOMPRESSED_BYTES_MAX };
  switch (codec) {
    case 0:
      return body;
    case 1:
      return gunzipSync(body, limits);
    case 4:
      return zstdDecompressSync(body, limits);
    default:
      throw new RangeError(
        "it is compressed with snappy or lz4: set the topic's compression.type to uncompressed",
      );
  }
}
