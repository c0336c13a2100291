import { createHash } from "node:crypto";
import { join } from "node:path";
import type { BoundFile } from "@titan/domain";
import { isObject } from "./byte-json.ts";
import type { Disk } from "./disk.ts";
import { ensureFolder, readSealed, removeDrafts, type Seal, writeSealed } from "./sealed-file.ts";

/** Which files a deployment runs, as far as they are all in place. */
export interface Running {
  readonly createdRevision: number;
  readonly digest: string;
}

/** Tells a file's content from any other. */
export interface FileContent {
  readonly sha256: string;
  readonly executable: boolean;
}

/**
 * A path that the agent may write and remove. `current`: what it wrote there last; null if it never
 * finished. `intended`: what it was about to write; a file that is neither is not ours if `current`
 * is null, and was changed by hand if not.
 */
export interface OwnedFile {
  readonly current: FileContent | null;
  readonly intended: FileContent | null;
}

export interface OwnedDeployment {
  running: Running | null;
  /** By path within the deployment's folder. */
  readonly files: Map<string, OwnedFile>;
}

const SEAL: Seal = { format: "owned-files", version: 1 };
const FILE = "owned-files.json";

/**
 * The list of what the files driver made, kept in the state folder. Whatever is not in it belongs to
 * somebody else. Promises: it names a path before the first file is made there, and a folder before
 * the folder is made. A damaged list is an empty one, so nothing is removed on its word.
 */
export class OwnedFiles {
  readonly #disk: Disk;
  readonly #path: string;
  readonly deployments = new Map<string, OwnedDeployment>();
  /** Below the managed folder. */
  readonly folders = new Set<string>();
  /** Why the list on disk could not be believed; null when it was, or when there was none. */
  readonly damage: string | null;
  #saved: string;

  private constructor(disk: Disk, path: string, damage: string | null) {
    this.#disk = disk;
    this.#path = path;
    this.damage = damage;
    this.#saved = this.#text();
  }

  static async open(disk: Disk, stateFolder: string): Promise<OwnedFiles> {
    const folder = join(stateFolder, "files");
    await ensureFolder(disk, folder);
    await removeDrafts(disk, folder);
    const path = join(folder, FILE);
    const content = await readSealed(disk, path, SEAL);
    if (content.kind !== "found") {
      return new OwnedFiles(disk, path, content.kind === "damaged" ? content.reason : null);
    }
    try {
      const owned = new OwnedFiles(disk, path, null);
      owned.#read(JSON.parse(content.body));
      return owned;
    } catch (error) {
      return new OwnedFiles(disk, path, error instanceof Error ? error.message : String(error));
    }
  }

  /** The deployment's part; an empty one is added if there is none. */
  of(deployment: string): OwnedDeployment {
    let owned = this.deployments.get(deployment);
    if (owned === undefined) {
      owned = { running: null, files: new Map() };
      this.deployments.set(deployment, owned);
    }
    return owned;
  }

  /** Writes the list if it differs from what is on disk. */
  async save(): Promise<void> {
    const text = this.#text();
    if (text === this.#saved) return;
    await writeSealed(this.#disk, this.#path, SEAL, text);
    this.#saved = text;
  }

  #text(): string {
    const deployments = [...this.deployments].sort(byKey).map(([name, { running, files }]) => {
      return [name, running, [...files].sort(byKey)] as const;
    });
    return JSON.stringify({ folders: [...this.folders].sort(), deployments });
  }

  #read(content: unknown): void {
    if (!isObject(content)) throw new TypeError("it holds no object");
    for (const folder of list(content["folders"])) this.folders.add(text(folder));
    for (const row of list(content["deployments"])) {
      const [name, running, files] = list(row);
      const owned: OwnedDeployment = { running: readRunning(running), files: new Map() };
      for (const file of list(files)) {
        const [path, entry] = list(file);
        if (!isObject(entry)) throw new TypeError("a file has no entry");
        owned.files.set(text(path), {
          current: readContent(entry["current"]),
          intended: readContent(entry["intended"]),
        });
      }
      this.deployments.set(text(name), owned);
    }
    this.#saved = this.#text();
  }
}

export function contentOf({ bytes, executable }: Omit<BoundFile, "path">): FileContent {
  return { sha256: createHash("sha256").update(bytes).digest("hex"), executable };
}

export function sameContent(a: FileContent | null, b: FileContent | null): boolean {
  return a !== null && b !== null && a.sha256 === b.sha256 && a.executable === b.executable;
}

function readRunning(value: unknown): Running | null {
  if (value === null) return null;
  if (!isObject(value)) throw new TypeError("what runs is no object");
  const { createdRevision, digest } = value;
  if (typeof createdRevision !== "number") throw new TypeError("what runs has no incarnation");
  return { createdRevision, digest: text(digest) };
}

function readContent(value: unknown): FileContent | null {
  if (value === null) return null;
  if (!isObject(value)) throw new TypeError("a content is no object");
  return { sha256: text(value["sha256"]), executable: value["executable"] === true };
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError("a list is missing");
  return value;
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("a text is missing");
  return value;
}

function byKey(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : 1;
}
