import avsc from "avsc";

const HASH_BYTES = 8;

/** The logical type `titan-hash`: eight bytes on the wire, a bigint from 0 to 2^64-1 in memory. */
export class HashType extends avsc.types.LogicalType {
  protected override _fromValue(bytes: Buffer): bigint {
    return bytes.readBigUInt64BE(0);
  }

  protected override _toValue(value: unknown): Buffer {
    const bytes = Buffer.allocUnsafe(HASH_BYTES);
    bytes.writeBigUInt64BE(value as bigint, 0);
    return bytes;
  }

  protected override _resolve(type: avsc.Type): ((value: Buffer) => bigint) | undefined {
    return type.typeName === "logical:titan-hash" ||
      (type instanceof avsc.types.FixedType && type.size === HASH_BYTES)
      ? (value) => (typeof value === "bigint" ? value : value.readBigUInt64BE(0))
      : undefined;
  }
}
