import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Path → bytes of a file; null for a folder. */
export type Disk = ReadonlyMap<string, Buffer | null>;

/** What lies in a folder, by path within it; empty when it is not there. */
export function diskAt(folder: string, inside = ""): Disk {
  const found = new Map<string, Buffer | null>();
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return found;
  for (const entry of readdirSync(join(folder, inside), { withFileTypes: true })) {
    const path = join(inside, entry.name);
    if (entry.isDirectory()) {
      found.set(path, null);
      for (const [below, bytes] of diskAt(folder, path)) found.set(below, bytes);
    } else {
      found.set(path, readFileSync(join(folder, path)));
    }
  }
  return found;
}

export function writeDisk(folder: string, disk: Disk): void {
  mkdirSync(folder, { recursive: true });
  for (const [path, bytes] of disk) {
    if (bytes === null) mkdirSync(join(folder, path), { recursive: true });
    else {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    }
  }
}

/** All subsets of so many changes; of more, those that lack or have up to two. */
const CHANGES_MAX = 7;

/**
 * Follows a folder as a file system does that keeps no promise but those of `fsync`: a name is
 * durable when its folder was synced, the bytes of a file when it was synced itself.
 */
export class PowerCutFolder {
  readonly #folder: string;
  #names: Disk = new Map();
  readonly #whole = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** All that is there now is on the disk. */
  settle(): void {
    this.#names = diskAt(this.#folder);
    for (const bytes of this.#names.values()) this.#whole.add(keyOf(bytes));
  }

  /** The bytes of all files are on the disk: whoever wrote them synced them. */
  bytesSynced(): void {
    for (const bytes of diskAt(this.#folder).values()) this.#whole.add(keyOf(bytes));
  }

  /** Somebody synced a file or folder, named in full. */
  synced(full: string): void {
    if (full !== this.#folder && !full.startsWith(`${this.#folder}/`)) return;
    const live = diskAt(this.#folder);
    const path = full.slice(this.#folder.length + 1);
    const bytes = live.get(path);
    if (bytes instanceof Buffer) return void this.#whole.add(keyOf(bytes));
    const names = new Map(renamed(this.#names, live, path) ?? this.#names);
    for (const each of new Set([...names.keys(), ...live.keys()])) {
      if (parentOf(each) !== path) continue;
      const now = live.get(each);
      if (now === undefined) names.delete(each);
      else names.set(each, now);
    }
    this.#names = names;
  }

  /** Every disk that a power cut may leave now, the first as all unsynced changes were lost. */
  *disks(): Generator<Disk> {
    const live = diskAt(this.#folder);
    yield* this.#disksFrom(this.#names, live);
    // A folder that was renamed has all its durable names under the one or the other name.
    const moved = renamed(this.#names, live);
    if (moved !== undefined) yield* this.#disksFrom(moved, live);
  }

  *#disksFrom(names: Disk, live: Disk): Generator<Disk> {
    const isMove = renamed(names, live) !== undefined;
    const changes = [...new Set([...names.keys(), ...live.keys()])]
      .filter((path) => !same(names.get(path), live.get(path)))
      .sort();
    for (const kept of isMove ? [new Set<string>()] : subsets(changes)) {
      const disk = merged(names, live, kept);
      yield disk;
      // The same names, and of what was not synced nothing but the name, or its first half.
      const unsynced = [...disk].filter(([, bytes]) => !this.#isWhole(bytes));
      if (unsynced.length === 0) continue;
      for (const part of [0, 0.5]) {
        const torn = new Map(disk);
        for (const [path, bytes] of unsynced) {
          torn.set(path, bytes?.subarray(0, Math.floor(bytes.length * part)) ?? null);
        }
        yield torn;
      }
    }
  }

  #isWhole(bytes: Buffer | null): boolean {
    return bytes === null || this.#whole.has(keyOf(bytes));
  }
}

/** The durable names, and of the changes since then those that are kept. */
function merged(names: Disk, live: Disk, kept: ReadonlySet<string>): Disk {
  const disk = new Map<string, Buffer | null>();
  for (const path of [...new Set([...names.keys(), ...live.keys()])].sort()) {
    const changed = !same(names.get(path), live.get(path));
    const bytes = changed && !kept.has(path) ? names.get(path) : live.get(path);
    const parent = parentOf(path);
    // Below a folder that was lost nothing is left.
    if (bytes !== undefined && (parent === "" || disk.has(parent))) disk.set(path, bytes);
  }
  return disk;
}

/** The names after a folder, of those in `parent` or anywhere, got another; undefined if none did. */
function renamed(names: Disk, live: Disk, parent?: string): Disk | undefined {
  const isHere = (path: string): boolean => parent === undefined || parentOf(path) === parent;
  // The old name itself may never have been durable, what is in the folder was.
  const folders = [...names.keys()].map(parentOf).filter((path) => path !== "");
  const gone = folders.find((path) => isHere(path) && !live.has(path));
  const come = [...live].find(
    ([path, bytes]) => bytes === null && isHere(path) && !names.has(path),
  )?.[0];
  if (gone === undefined || come === undefined || parentOf(gone) !== parentOf(come))
    return undefined;
  const moved = new Map<string, Buffer | null>([[come, null]]);
  for (const [path, bytes] of names) {
    const isInside = path === gone || path.startsWith(`${gone}/`);
    moved.set(isInside ? come + path.slice(gone.length) : path, bytes);
  }
  return moved;
}

function parentOf(path: string): string {
  const parent = dirname(path);
  return parent === "." ? "" : parent;
}

/** Bytes stay with a file that is renamed, so its path does not count. */
function keyOf(bytes: Buffer | null): string {
  return bytes?.toString("latin1") ?? "";
}

function same(a: Buffer | null | undefined, b: Buffer | null | undefined): boolean {
  return a === b || (a instanceof Buffer && b instanceof Buffer && a.equals(b));
}

function* subsets(items: readonly string[]): Generator<ReadonlySet<string>> {
  if (items.length <= CHANGES_MAX) {
    for (let bits = 0; bits < 2 ** items.length; bits += 1) {
      yield new Set(items.filter((_, at) => (bits >> at) % 2 === 1));
    }
    return;
  }
  yield new Set();
  yield new Set(items);
  for (const one of items) {
    yield new Set([one]);
    yield new Set(items.filter((item) => item !== one));
  }
}
