import type { LogError } from "../log-error.ts";
import type { OutgoingRecord } from "./record-batch.ts";

/** Below every broker's default limit of a batch, 1,048,588 bytes, with the largest record in it. */
const BATCH_BYTES_MAX = 1_000_000;
/** A record's length, and its place in the batch, take at most so many bytes. */
const FRAME_BYTES = 10;

export type SizedRecord = Required<OutgoingRecord>;

/** A part of an append that fits into one record batch. */
export interface Piece {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly SizedRecord[];
  readonly bytes: number;
  settle(outcome: { readonly offset: number } | { readonly error: LogError }): void;
}

/** Where a piece is in the log, and how many records it has. */
export interface LandedPiece {
  readonly offset: number;
  readonly count: number;
}

/** As many pieces as one record batch takes, at least one. */
export function takeBatch(pieces: Piece[]): readonly Piece[] {
  let count = 0;
  let bytes = 0;
  for (const piece of pieces) {
    if (count > 0 && bytes + piece.bytes > BATCH_BYTES_MAX) break;
    bytes += piece.bytes;
    count += 1;
  }
  return pieces.splice(0, count);
}

/** The records of a batch in their order, as few pieces as there can be. */
export function inPieces(
  records: readonly SizedRecord[],
): readonly { readonly records: readonly SizedRecord[]; readonly bytes: number }[] {
  const pieces: { records: SizedRecord[]; bytes: number }[] = [];
  for (const record of records) {
    const bytes = record.bytes + FRAME_BYTES;
    const last = pieces.at(-1);
    if (last === undefined || last.bytes + bytes > BATCH_BYTES_MAX) {
      pieces.push({ records: [record], bytes });
    } else {
      last.records.push(record);
      last.bytes += bytes;
    }
  }
  return pieces;
}

/** Of the pieces of a batch; undefined when somebody else wrote between two of them. */
export function firstOffset(pieces: readonly LandedPiece[]): number | undefined {
  const [first] = pieces;
  let next = first?.offset ?? 0;
  for (const { offset, count } of pieces) {
    if (offset !== next) return undefined;
    next += count;
  }
  return first?.offset ?? 0;
}
