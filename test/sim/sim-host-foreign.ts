import type { MemoryDisk } from "@titan/host-agent/testing";
import type { Random } from "@titan/event-log/testing";

/** Lie where no deployment of the host wants to be, beside its files and around them. */
const BESIDE: readonly string[] = [
  "/other/keep.txt",
  "/run/keep.txt",
  "/run/default/keep.txt",
  "/run/default/keep/app.conf",
  "/run/default/d0/keep.txt",
  "/run/default/d0/.titan-new-keep",
  "/run/elsewhere/d0/app.conf",
];

/** Lie where a deployment wants to be: on its file, on its folder, or as a folder on its file. */
const IN_THE_WAY: readonly string[] = [
  "/run/default/d1/app.conf",
  "/run/default/d2",
  "/run/default/d2/app.conf/keep.txt",
];

const RIGHT_CHANCE = 0.5;
const IN_THE_WAY_CHANCE = 0.25;

/** What others put on a host's disk: it must stay as it is, byte for byte, until they take it away. */
export class ForeignFiles {
  readonly #files = new Map<string, string>();
  readonly #folders = new Set<string>();
  readonly #inTheWay: string | undefined;

  constructor(random: Random, host: string) {
    for (const path of BESIDE) this.#files.set(path, `not ours: ${path}`);
    // What a template may want there, as it lies: it counts as applied, and stays when that goes.
    if (random() < RIGHT_CHANCE) this.#files.set("/run/default/d1/host.txt", host);
    const at = Math.floor((random() / IN_THE_WAY_CHANCE) * IN_THE_WAY.length);
    this.#inTheWay = IN_THE_WAY[at];
    if (this.#inTheWay !== undefined) this.#files.set(this.#inTheWay, "in the way");
  }

  get files(): ReadonlyMap<string, string> {
    return this.#files;
  }

  /** Whether something lies in the way that can be moved away. */
  get isInTheWay(): boolean {
    return this.#files.has(this.#inTheWay ?? "");
  }

  /** Whether a deployment can not have these files: paths within it, and their texts. */
  blocks(deployment: string, wanted: ReadonlyMap<string, string>): boolean {
    const folder = `/run/${deployment}`;
    if (this.isInTheWay && `${this.#inTheWay}/`.startsWith(`${folder}/`)) return true;
    return [...wanted].some(([path, text]) => {
      const found = this.#files.get(`${folder}/${path}`);
      return found !== undefined && found !== text;
    });
  }

  async plant(disk: MemoryDisk): Promise<void> {
    for (const [path, text] of this.#files) {
      for (const folder of foldersAbove(path)) {
        this.#folders.add(folder);
        if ((await disk.lstat(folder)) === null) await disk.makeFolder(folder);
      }
      await disk.createSynced(path, Buffer.from(text), 0o644);
    }
    for (const folder of ["/", ...this.#folders]) await disk.syncFolder(folder);
  }

  /** Their owner moves away what is in the way. */
  async clear(disk: MemoryDisk): Promise<void> {
    const path = this.#inTheWay;
    if (path === undefined || !this.#files.delete(path)) return;
    await disk.unlink(path);
    const [above = ""] = foldersAbove(path).slice(-1);
    if (above.endsWith(".conf")) {
      await disk.removeFolder(above);
      this.#folders.delete(above);
    }
    for (const folder of foldersAbove(above)) await disk.syncFolder(folder);
    if (this.#folders.has(above)) await disk.syncFolder(above);
  }

  /** Whether it is a folder of theirs, as `contents` names one that is empty. */
  isFolder(path: string): boolean {
    return path.endsWith("/") && this.#folders.has(path.slice(0, -1));
  }

  /** Paths of theirs that are not as they were. */
  touched(contents: Readonly<Record<string, string>>): readonly string[] {
    return [...this.#files].filter(([path, text]) => contents[path] !== text).map(([path]) => path);
  }
}

/** Outermost first. */
function foldersAbove(path: string): readonly string[] {
  const names = path.split("/").slice(1, -1);
  return names.map((_, at) => `/${names.slice(0, at + 1).join("/")}`);
}
