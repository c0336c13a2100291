/** What the first 100 bytes of an SQLite file say (https://sqlite.org/fileformat2.html#the_database_header). */
interface DatabaseHeader {
  readonly pageBytes: number;
  /** Undefined where the field is not to be believed (written by a very old SQLite). */
  readonly pages: number | undefined;
  readonly userVersion: number;
  readonly applicationId: number;
}

export const HEADER_BYTES = 100;
const MAGIC = "SQLite format 3\0";

/** Undefined when the bytes are not the header of an SQLite file. */
export function parseDatabaseHeader(bytes: Buffer): DatabaseHeader | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  if (bytes.toString("latin1", 0, MAGIC.length) !== MAGIC) return undefined;
  const stored = bytes.readUInt16BE(16);
  const pageBytes = stored === 1 ? 65_536 : stored;
  if (pageBytes < 512 || (pageBytes & (pageBytes - 1)) !== 0) return undefined;
  const pagesAreValid = bytes.readUInt32BE(24) === bytes.readUInt32BE(92);
  return {
    pageBytes,
    pages: pagesAreValid ? bytes.readUInt32BE(28) : undefined,
    userVersion: bytes.readUInt32BE(60),
    applicationId: bytes.readUInt32BE(68),
  };
}
