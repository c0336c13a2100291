import type { BoundFile, PathFault } from "@titan/domain";
import { checkPaths, foldersOf } from "./file-paths.ts";
import type { ManagedFolder } from "./managed-folder.ts";
import {
  contentOf,
  type FileContent,
  type OwnedDeployment,
  type OwnedFile,
  type OwnedFiles,
  sameContent,
} from "./owned-files.ts";

/** What has to be done for one deployment; paths are within its folder. */
export interface FilePlan {
  readonly writes: readonly BoundFile[];
  readonly removals: readonly string[];
  /** In place and right already, so that they are ours without a doubt. */
  readonly confirmed: readonly BoundFile[];
  /** No longer in the list, and left alone on the disk. */
  readonly released: readonly string[];
  /** What somebody changed by hand among the files that are to stay, sorted. */
  readonly drift: readonly string[];
}

export interface PlanProblem {
  readonly code: PathFault["code"] | "path-occupied" | "path-escapes";
  readonly detail: string;
}

export type Planning =
  | { readonly ok: true; readonly plan: FilePlan }
  | { readonly ok: false; readonly problem: PlanProblem };

/** What lies at one path. `content` is null for what no file of ours can be. */
type Standing =
  | { readonly kind: "missing" }
  | { readonly kind: "folder" }
  | { readonly kind: "ours" | "foreign"; readonly content: FileContent | null };

/**
 * Compares a deployment's files with the disk. Reads only. All or nothing: one path that cannot be
 * had means that none of the deployment's files is touched and what runs stays as it is. With
 * `adopt` a foreign file that is right as it lies becomes ours.
 */
export async function planFiles(
  folder: ManagedFolder,
  owned: OwnedFiles,
  deployment: string,
  files: readonly BoundFile[],
  adopt: boolean,
): Promise<Planning> {
  const fault = checkPaths(files.map((file) => file.path));
  if (fault !== null) {
    const { code, path, detail } = fault;
    return { ok: false, problem: { code, detail: `${JSON.stringify(path)}: ${detail}.` } };
  }
  return new Survey(folder, owned, deployment, files).plan(adopt);
}

class Survey {
  readonly #folder: ManagedFolder;
  readonly #owned: OwnedFiles;
  readonly #deployment: string;
  readonly #files: readonly BoundFile[];
  readonly #part: OwnedDeployment;
  readonly #removals = new Set<string>();

  constructor(
    folder: ManagedFolder,
    owned: OwnedFiles,
    deployment: string,
    files: readonly BoundFile[],
  ) {
    this.#folder = folder;
    this.#owned = owned;
    this.#deployment = deployment;
    this.#files = files;
    this.#part = owned.of(deployment);
  }

  async plan(adopt: boolean): Promise<Planning> {
    const wanted = new Set(this.#files.map((file) => file.path));
    const released: string[] = [];
    for (const path of [...this.#part.files.keys()].sort()) {
      if (wanted.has(path)) continue;
      if ((await this.#standing(path)).kind === "ours") this.#removals.add(path);
      else released.push(path);
    }
    const writes: BoundFile[] = [];
    const confirmed: BoundFile[] = [];
    const drift: string[] = [];
    for (const file of this.#files) {
      const { path } = file;
      const problem = await this.#blocked(path);
      if (problem !== null) return { ok: false, problem };
      const target = contentOf(file);
      const entry = this.#part.files.get(path);
      const standing = await this.#standing(path);
      switch (standing.kind) {
        case "missing":
          writes.push(file);
          if (entry !== undefined && entry.current !== null) drift.push(path);
          break;
        case "folder":
          if (!(await this.#vanishes(path))) return occupied(path);
          writes.push(file);
          break;
        case "ours":
          if (sameContent(standing.content, target)) {
            confirmed.push(file);
            break;
          }
          writes.push(file);
          if (!isKnown(standing.content, entry)) drift.push(path);
          break;
        case "foreign":
          if (!sameContent(standing.content, target)) return occupied(path);
          if (adopt) confirmed.push(file);
          else released.push(path);
          break;
      }
    }
    const removals = [...this.#removals];
    return { ok: true, plan: { writes, removals, confirmed, released, drift: drift.sort() } };
  }

  async #standing(path: string): Promise<Standing> {
    const entry = await this.#folder.entry(this.#full(path));
    if (entry === null) return { kind: "missing" };
    if (entry.kind === "folder") return { kind: "folder" };
    const bytes = await this.#folder.read(this.#full(path), entry);
    const executable = entry.mode === 0o755;
    const plain = bytes !== null && (executable || entry.mode === 0o644);
    const content = plain ? contentOf({ bytes, executable }) : null;
    const listed = this.#part.files.get(path);
    // Named, but never finished: only what we were about to write can be ours.
    const ours =
      (listed !== undefined && listed.current !== null) ||
      sameContent(content, listed?.intended ?? null);
    return { kind: ours ? "ours" : "foreign", content };
  }

  /** What stands in the place of a folder on the way, unless it is ours and about to go. */
  async #blocked(path: string): Promise<PlanProblem | null> {
    const blocking = await this.#folder.blocking(this.#full(path));
    if (blocking === null) return null;
    const inside = blocking.path.slice(this.#deployment.length + 1);
    if (inside !== "" && this.#removals.has(inside)) return null;
    const detail = `${blocking.path} is a ${blocking.kind} that this agent did not make.`;
    return { code: blocking.kind === "link" ? "path-escapes" : "path-occupied", detail };
  }

  /** Whether a folder is ours and goes with the files that are removed. */
  async #vanishes(path: string): Promise<boolean> {
    if (!this.#owned.folders.has(this.#full(path))) return false;
    for (const name of await this.#folder.list(this.#full(path))) {
      const inner = `${path}/${name}`;
      if (this.#removals.has(inner)) continue;
      const entry = await this.#folder.entry(this.#full(inner));
      if (entry?.kind !== "folder" || !(await this.#vanishes(inner))) return false;
    }
    return true;
  }

  #full(path: string): string {
    return `${this.#deployment}/${path}`;
  }
}

function isKnown(content: FileContent | null, entry: OwnedFile | undefined): boolean {
  return (
    sameContent(content, entry?.current ?? null) || sameContent(content, entry?.intended ?? null)
  );
}

function occupied(path: string): Planning {
  const detail = `${path} is there and was not made by this agent. Move it away.`;
  return { ok: false, problem: { code: "path-occupied", detail } };
}

type Placed = Pick<BoundFile, "path">;

/** The folders that files need below the managed folder, outermost first. */
export function foldersFor(deployment: string, files: readonly Placed[]): readonly string[] {
  return [...new Set(files.flatMap((file) => foldersOf(`${deployment}/${file.path}`)))].sort();
}
