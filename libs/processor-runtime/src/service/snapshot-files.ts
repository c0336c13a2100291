import { open, mkdir, rename, rm, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { Installation } from "@titan/domain";
import type { Logger } from "pino";
import { NO_SNAPSHOTS, type Snapshots } from "../snapshots.ts";

/** Written when at least so many records were read since, */
const RECORDS_MIN = 50_000;
/** and one for so many keys: then writing costs little beside reading, and a start has little to read. */
const KEYS_A_RECORD = 4;
/** Nor sooner than this after the last, or after the start: a fleet that is being loaded is not written again and again. */
const INTERVAL_MS = 60_000;
/** So much is read, or checked, in one go. */
const PART_BYTES = 4 * 1024 * 1024;
/** What ends a file that was written to its end: this, and the checksum of what comes before. */
const ENDING = "titan-snapshot-1";
const CHECKSUM_BYTES = 4;
const TRAILER_BYTES = ENDING.length + CHECKSUM_BYTES;

/** Those of an installation, in a folder that several may share; none where no folder is named. */
export function snapshotsIn(
  folder: string,
  { id }: Pick<Installation, "id">,
  logger: Logger,
): Snapshots {
  return folder === "" ? NO_SNAPSHOTS : new SnapshotFiles(join(folder, id), logger);
}

/**
 * Snapshots as files of one folder, which is made when the first is written. A file is written
 * beside the last one and takes its place when it is whole; one that is damaged is removed, and both
 * are logged.
 */
export class SnapshotFiles implements Snapshots {
  readonly #folder: string;
  readonly #logger: Logger;
  readonly #startedAt = performance.now();
  readonly #writtenAt = new Map<string, number>();
  /** What a folder does not let us remove would be read again and again. */
  readonly #forgotten = new Set<string>();

  constructor(folder: string, logger: Logger) {
    this.#folder = folder;
    this.#logger = logger;
  }

  async read(task: string): Promise<ArrayBuffer | undefined> {
    if (this.#forgotten.has(task)) return undefined;
    const path = this.#pathOf(task);
    try {
      const file = await open(path, "r");
      try {
        const bytes = await readWhole(file);
        if (bytes !== undefined) return bytes;
      } finally {
        await file.close();
      }
      this.#logger.warn({ path }, "the snapshot is damaged: reading everything instead");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      this.#logger.warn({ path, err: error }, "the snapshot can not be read: doing without");
    }
    await this.forget(task);
    return undefined;
  }

  async write(task: string, pieces: Iterable<Uint8Array>): Promise<void> {
    const path = this.#pathOf(task);
    this.#writtenAt.set(task, performance.now());
    // Always the same, so that what a killed process leaves is not there for ever.
    const unfinished = `${path}.new`;
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      const file = await open(unfinished, "w", 0o600);
      try {
        await writeWhole(file, pieces);
      } finally {
        await file.close();
      }
      await rename(unfinished, path);
      this.#forgotten.delete(task);
    } catch (error) {
      this.#logger.warn({ path, err: error }, "the snapshot can not be written: doing without");
      await rm(unfinished, { force: true }).catch(() => {});
    }
  }

  async forget(task: string): Promise<void> {
    this.#forgotten.add(task);
    const path = this.#pathOf(task);
    try {
      await rm(path, { force: true });
    } catch (error) {
      this.#logger.warn({ path, err: error }, "the snapshot can not be removed");
    }
  }

  isDue(task: string, records: number, keys: number): boolean {
    const since = performance.now() - (this.#writtenAt.get(task) ?? this.#startedAt);
    return since >= INTERVAL_MS && records >= Math.max(RECORDS_MIN, keys / KEYS_A_RECORD);
  }

  #pathOf(task: string): string {
    return join(this.#folder, `${task.replaceAll("/", "-")}.snapshot`);
  }
}

async function writeWhole(file: FileHandle, pieces: Iterable<Uint8Array>): Promise<void> {
  let checksum = 0;
  for (const piece of pieces) {
    for (let from = 0; from < piece.length; from += PART_BYTES) {
      const part = piece.subarray(from, from + PART_BYTES);
      checksum = crc32(part, checksum);
      await file.writeFile(part);
    }
  }
  const trailer = Buffer.alloc(TRAILER_BYTES);
  trailer.write(ENDING, "latin1");
  trailer.writeUInt32BE(checksum, ENDING.length);
  // Not synced: what a power cut tears is found damaged, and nothing waits for the disk.
  await file.writeFile(trailer);
}

/** Undefined when it is not what was written. */
async function readWhole(file: FileHandle): Promise<ArrayBuffer | undefined> {
  const length = (await file.stat()).size - TRAILER_BYTES;
  if (length < 0) return undefined;
  const bytes = new ArrayBuffer(length);
  let checksum = 0;
  for (let from = 0; from < length;) {
    const part = new Uint8Array(bytes, from, Math.min(PART_BYTES, length - from));
    const { bytesRead } = await file.read(part, 0, part.length, from);
    if (bytesRead === 0) return undefined;
    checksum = crc32(part.subarray(0, bytesRead), checksum);
    from += bytesRead;
  }
  const trailer = Buffer.alloc(TRAILER_BYTES);
  await file.read(trailer, 0, TRAILER_BYTES, length);
  const isWhole = trailer.toString("latin1", 0, ENDING.length) === ENDING;
  return isWhole && trailer.readUInt32BE(ENDING.length) === checksum ? bytes : undefined;
}
