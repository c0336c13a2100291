/** Numbers by number. */
export type Column =
  | Int32Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | BigUint64Array<ArrayBuffer>;

const ROOM_AT_FIRST = 16;

/** A column with room at `at`: the same one, or a copy twice as long, the rest zero. */
export function grown<C extends Column>(column: C, at: number): C {
  if (at < column.length) return column;
  const room = Math.max(ROOM_AT_FIRST, column.length * 2, at + 1);
  const copy = new (column.constructor as new (length: number) => C)(room);
  copy.set(column as never);
  return copy;
}
