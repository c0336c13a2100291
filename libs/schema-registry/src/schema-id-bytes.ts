const MAGIC = 0;
const HEADER_BYTES = 5;

/** The schema id of a value; undefined when it is not in the Confluent wire format. */
export function schemaIdIn(value: Uint8Array): number | undefined {
  if (value.length < HEADER_BYTES || value[0] !== MAGIC) return undefined;
  return new DataView(value.buffer, value.byteOffset, value.byteLength).getUint32(1);
}

/** A copy with another id. The value itself may be shared, and stays as it is. */
export function withSchemaId(value: Uint8Array, id: number): Uint8Array {
  const copy = new Uint8Array(value);
  new DataView(copy.buffer).setUint32(1, id);
  return copy;
}
