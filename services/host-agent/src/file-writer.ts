import type { BoundFile } from "@titan/domain";
import { DiskError } from "./disk.ts";
import { type FilePlan, foldersFor } from "./file-plan.ts";
import { draftOf, type ManagedFolder, parentOf } from "./managed-folder.ts";
import { contentOf, type OwnedFiles } from "./owned-files.ts";

/**
 * Carries plans out. Promises: every file is the old one or the new one, whole, at any instant; all
 * new bytes are on the disk before the first old file gives way, so a full disk changes nothing; the
 * list in memory changes only when everything is durable. Fails with `DiskError`, and leaves no
 * draft behind then. Left to others: saving the list, before (`intend`) and after.
 */
export class FileWriter {
  readonly #folder: ManagedFolder;
  readonly #owned: OwnedFiles;

  constructor(folder: ManagedFolder, owned: OwnedFiles) {
    this.#folder = folder;
    this.#owned = owned;
  }

  /** Names in the list what `carryOut` is about to make. */
  async intend(deployment: string, plan: FilePlan): Promise<void> {
    const { files } = this.#owned.of(deployment);
    for (const file of plan.writes) {
      const current = files.get(file.path)?.current ?? null;
      files.set(file.path, { current, intended: contentOf(file) });
    }
    for (const folder of foldersFor(deployment, plan.writes)) {
      const entry = await this.#folder.entry(folder);
      if (entry?.kind !== "folder") this.#owned.folders.add(folder);
    }
  }

  async carryOut(deployment: string, plan: FilePlan): Promise<void> {
    const touched = new Set<string>();
    if (plan.writes.length > 0) await this.#makeFolders(foldersFor(deployment, [ROOT]), touched);
    await this.#stage(deployment, plan.writes);
    try {
      for (const path of plan.removals) await this.#unlink(`${deployment}/${path}`, touched);
      await this.#removeEmpty(this.#unusedFolders(deployment, plan), touched);
      await this.#makeFolders(foldersFor(deployment, plan.writes), touched);
      for (const { path } of plan.writes) {
        const target = `${deployment}/${path}`;
        const draft = this.#folder.absolute(draftOf(deployment, path));
        await this.#folder.disk.rename(draft, this.#folder.absolute(target));
        touched.add(parentOf(target));
      }
      if (plan.writes.length > 0) touched.add(deployment);
      await this.#folder.syncFolders(touched);
    } catch (error) {
      await this.#dropDrafts(deployment, plan.writes, error);
      throw error;
    }
    this.#confirm(deployment, plan);
  }

  /** Removes folders of ours that no file of ours needs any more, where they are empty. */
  async prune(): Promise<void> {
    const needed = new Set<string>();
    for (const [deployment, { files }] of this.#owned.deployments) {
      const paths = [...files.keys()].map((path) => ({ path }));
      for (const folder of foldersFor(deployment, paths)) needed.add(folder);
    }
    const touched = new Set<string>();
    const unused = [...this.#owned.folders].filter((folder) => !needed.has(folder));
    const gone = await this.#removeEmpty(unused, touched);
    await this.#folder.syncFolders(touched);
    for (const folder of gone) this.#owned.folders.delete(folder);
  }

  async #stage(deployment: string, writes: readonly BoundFile[]): Promise<void> {
    try {
      for (const { path, bytes, executable } of writes) {
        const draft = draftOf(deployment, path);
        if ((await this.#folder.entry(draft)) !== null) {
          await this.#folder.disk.unlink(this.#folder.absolute(draft));
        }
        const mode = executable ? 0o755 : 0o644;
        await this.#folder.disk.createSynced(this.#folder.absolute(draft), bytes, mode);
      }
    } catch (error) {
      await this.#dropDrafts(deployment, writes, error);
      throw error;
    }
  }

  /** After anything but a failing disk the process is about to end, and does no more. */
  async #dropDrafts(
    deployment: string,
    writes: readonly BoundFile[],
    error: unknown,
  ): Promise<void> {
    if (!(error instanceof DiskError)) return;
    for (const { path } of writes) {
      try {
        const draft = draftOf(deployment, path);
        if ((await this.#folder.entry(draft)) === null) continue;
        await this.#folder.disk.unlink(this.#folder.absolute(draft));
      } catch (inner) {
        // The next start finds it.
        if (!(inner instanceof DiskError)) throw inner;
      }
    }
  }

  async #unlink(path: string, touched: Set<string>): Promise<void> {
    await this.#folder.disk.unlink(this.#folder.absolute(path));
    touched.add(parentOf(path));
  }

  async #makeFolders(folders: readonly string[], touched: Set<string>): Promise<void> {
    for (const folder of folders) {
      if ((await this.#folder.entry(folder)) !== null) continue;
      await this.#folder.disk.makeFolder(this.#folder.absolute(folder));
      touched.add(parentOf(folder));
    }
  }

  /** Own folders of the deployment that may have to give way to a file, or just be empty. */
  #unusedFolders(deployment: string, plan: FilePlan): readonly string[] {
    const needed = new Set(foldersFor(deployment, [...plan.writes, ...plan.confirmed]));
    return [...this.#owned.folders].filter(
      (folder) => folder.startsWith(`${deployment}/`) && !needed.has(folder),
    );
  }

  /** Innermost first. Answers with those that are gone, or are no folders any more. */
  async #removeEmpty(folders: readonly string[], touched: Set<string>): Promise<readonly string[]> {
    const gone: string[] = [];
    for (const folder of [...folders].sort().reverse()) {
      const entry = await this.#folder.entry(folder);
      if (entry?.kind === "folder") {
        if ((await this.#folder.list(folder)).length > 0) continue;
        await this.#folder.disk.removeFolder(this.#folder.absolute(folder));
        touched.add(parentOf(folder));
      }
      gone.push(folder);
    }
    return gone;
  }

  #confirm(deployment: string, plan: FilePlan): void {
    const { files } = this.#owned.of(deployment);
    for (const path of [...plan.removals, ...plan.released]) files.delete(path);
    for (const file of [...plan.writes, ...plan.confirmed]) {
      files.set(file.path, { current: contentOf(file), intended: null });
    }
  }
}

/** Stands for any file of a deployment: what lies right in its folder needs that folder only. */
const ROOT = { path: "-" } as const;
