import { type Disk, type DiskEntry, DiskError, type DiskErrorCode } from "../disk.ts";

interface File {
  readonly kind: "file";
  readonly bytes: Uint8Array;
  readonly mode: number;
}

/** `synced` is what a power cut leaves of `names`. */
interface Folder {
  readonly kind: "folder";
  names: Map<string, Node>;
  synced: Map<string, Node>;
}

type Node = File | Folder;

/** The process is gone in the middle of an effect. */
export class Crash extends Error {}

/** What happens at the n-th effect (from 1): gone just before it, within it, just after, or an error. */
export interface Fault {
  readonly effect: number;
  readonly how: "before" | "torn" | "after" | DiskErrorCode;
}

/**
 * A disk in memory that can stop at every effect and forget what was not synced. A file's bytes are
 * durable when it was made; names are durable after `syncFolder`.
 */
export class MemoryDisk implements Disk {
  readonly #root: Folder;
  readonly #fault: Fault | null;
  effects = 0;

  constructor(root: Folder = folder(), fault: Fault | null = null) {
    this.#root = root;
    this.#fault = fault;
  }

  /** The same disk for the next process. `keeps` decides for each name that was not synced. */
  restart(fault: Fault | null = null, keeps: () => boolean = () => true): MemoryDisk {
    return new MemoryDisk(survivors(this.#root, keeps), fault);
  }

  /** Every file by path, with an x behind the text of executables, and every empty folder. */
  contents(): Readonly<Record<string, string>> {
    const found: Record<string, string> = {};
    const visit = (node: Node, path: string): void => {
      if (node.kind === "file") {
        found[path] = Buffer.from(node.bytes).toString() + (node.mode === 0o755 ? "|x" : "");
        return;
      }
      if (node.names.size === 0) found[`${path}/`] = "";
      for (const [name, inner] of node.names) visit(inner, `${path}/${name}`);
    };
    visit(this.#root, "");
    return found;
  }

  async read(path: string): Promise<Uint8Array> {
    const node = this.#find(path);
    if (node === undefined) throw new DiskError("not-found", path);
    if (node.kind === "folder") throw new DiskError("is-a-folder", path);
    return Promise.resolve(node.bytes);
  }

  lstat(path: string): Promise<DiskEntry | null> {
    const node = this.#find(path);
    if (node === undefined) return Promise.resolve(null);
    return Promise.resolve(
      node.kind === "folder"
        ? { kind: "folder", mode: 0o755, sizeBytes: 0 }
        : { kind: "file", mode: node.mode, sizeBytes: node.bytes.length },
    );
  }

  async list(path: string): Promise<readonly string[]> {
    return Promise.resolve([...this.#folder(path).names.keys()].sort());
  }

  createSynced(path: string, bytes: Uint8Array, mode: number): Promise<void> {
    const [parent, name] = this.#place(path);
    if (parent.names.has(name)) throw new DiskError("exists", path);
    return this.#effect(
      path,
      () => void parent.names.set(name, { kind: "file", bytes: new Uint8Array(bytes), mode }),
      () => {
        const torn = new Uint8Array(bytes.subarray(0, bytes.length >> 1));
        parent.names.set(name, { kind: "file", bytes: torn, mode });
      },
    );
  }

  rename(from: string, to: string): Promise<void> {
    const [source, oldName] = this.#place(from);
    const [target, newName] = this.#place(to);
    const node = source.names.get(oldName);
    if (node === undefined) throw new DiskError("not-found", from);
    if (target.names.get(newName)?.kind === "folder") throw new DiskError("is-a-folder", to);
    return this.#effect(to, () => {
      source.names.delete(oldName);
      target.names.set(newName, node);
    });
  }

  syncFolder(path: string): Promise<void> {
    const node = this.#folder(path);
    return this.#effect(path, () => {
      node.synced = new Map(node.names);
    });
  }

  unlink(path: string): Promise<void> {
    const [parent, name] = this.#place(path);
    if (parent.names.get(name)?.kind !== "file") throw new DiskError("not-found", path);
    return this.#effect(path, () => void parent.names.delete(name));
  }

  makeFolder(path: string): Promise<void> {
    const [parent, name] = this.#place(path);
    if (parent.names.has(name)) throw new DiskError("exists", path);
    return this.#effect(path, () => void parent.names.set(name, folder()));
  }

  removeFolder(path: string): Promise<void> {
    if (this.#folder(path).names.size > 0) throw new DiskError("not-empty", path);
    const [parent, name] = this.#place(path);
    return this.#effect(path, () => void parent.names.delete(name));
  }

  async #effect(path: string, act: () => void, tear: () => void = () => {}): Promise<void> {
    this.effects += 1;
    const fault = this.#fault?.effect === this.effects ? this.#fault : null;
    await Promise.resolve();
    if (fault === null) return act();
    const { how } = fault;
    // A disk that fills up keeps the beginning of what was being written.
    if (how === "torn" || how === "disk-full") tear();
    if (how === "after") act();
    if (how !== "before" && how !== "torn" && how !== "after") throw new DiskError(how, path);
    throw new Crash(`at effect ${this.effects}`);
  }

  #find(path: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const name of path.split("/").filter(Boolean)) {
      node = node?.kind === "folder" ? node.names.get(name) : undefined;
    }
    return node;
  }

  #folder(path: string): Folder {
    const node = this.#find(path);
    if (node === undefined) throw new DiskError("not-found", path);
    if (node.kind === "file") throw new DiskError("not-a-folder", path);
    return node;
  }

  #place(path: string): readonly [Folder, string] {
    const slash = path.lastIndexOf("/");
    return [this.#folder(path.slice(0, slash)), path.slice(slash + 1)];
  }
}

function folder(): Folder {
  return { kind: "folder", names: new Map(), synced: new Map() };
}

function survivors(node: Folder, keeps: () => boolean): Folder {
  const names = new Map<string, Node>();
  for (const name of new Set([...node.names.keys(), ...node.synced.keys()])) {
    const [live, synced] = [node.names.get(name), node.synced.get(name)];
    const left = live === synced || keeps() ? live : synced;
    if (left !== undefined) names.set(name, left.kind === "file" ? left : survivors(left, keeps));
  }
  return { kind: "folder", names, synced: new Map(names) };
}
