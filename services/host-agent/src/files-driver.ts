import type { BoundFile } from "@titan/domain";
import { type Disk, DiskError, type DiskErrorCode } from "./disk.ts";
import { type FilePlan, planFiles, type PlanProblem } from "./file-plan.ts";
import { DRAFT_PREFIX } from "./file-paths.ts";
import { FileWriter } from "./file-writer.ts";
import { draftOf, ManagedFolder } from "./managed-folder.ts";
import { OwnedFiles, type Running } from "./owned-files.ts";
import { ensureFolder } from "./sealed-file.ts";

/** What is to become of one deployment. One that is not named at all is removed. */
export type DesiredFiles =
  | { readonly kind: "files"; readonly files: readonly BoundFile[]; readonly running: Running }
  /** Leave what is there as it is. */
  | { readonly kind: "keep" };

export type FilesFailure = PlanProblem["code"] | "disk-full" | "disk-failed";

/**
 * `applied`: the files are in place; `changed` tells whether anything was written or removed.
 * `drifted`: they are again, after somebody had changed these paths. `failed`: what ran stays,
 * except after `disk-failed`, which may leave some files new and some old until the next try.
 */
export type FilesOutcome =
  | { readonly kind: "applied"; readonly changed: boolean }
  | { readonly kind: "drifted"; readonly paths: readonly string[] }
  | { readonly kind: "failed"; readonly code: FilesFailure; readonly detail: string }
  | { readonly kind: "kept" }
  | { readonly kind: "removed" };

export interface FilesDriverOptions {
  readonly disk: Disk;
  /** Absolute; made if it is missing. */
  readonly folder: string;
  /** Absolute; the list of what the driver made lies here. */
  readonly stateFolder: string;
  /** Take over files that are right as they lie, after the state folder was lost. */
  readonly adopt?: boolean;
}

const NAME = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?\/[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/**
 * Makes `<folder>/<workspace>/<deployment>/<file>` equal to what is desired. Promises: applying
 * twice is harmless, and the second time touches nothing; a crash at any instruction leaves each
 * file old or new and is mended by the next `apply`; what it did not make it neither overwrites nor
 * deletes; it follows no link out of the folder; a deployment that fails does not hold up the
 * others. Left to others: one driver at a time per folder, and what is desired.
 */
export class FilesDriver {
  readonly #folder: ManagedFolder;
  readonly #owned: OwnedFiles;
  readonly #writer: FileWriter;
  readonly #adopt: boolean;

  private constructor(folder: ManagedFolder, owned: OwnedFiles, adopt: boolean) {
    this.#folder = folder;
    this.#owned = owned;
    this.#writer = new FileWriter(folder, owned);
    this.#adopt = adopt;
  }

  /** Also clears away drafts that a crash left. */
  static async open(options: FilesDriverOptions): Promise<FilesDriver> {
    const { disk, folder, stateFolder, adopt = false } = options;
    await ensureFolder(disk, folder);
    const owned = await OwnedFiles.open(disk, stateFolder);
    const managed = new ManagedFolder(disk, folder);
    await removeLeftDrafts(managed, owned);
    return new FilesDriver(managed, owned, adopt);
  }

  /** Why the list of own files could not be believed, to be reported; null when it could. */
  get damage(): string | null {
    return this.#owned.damage;
  }

  /** What runs, by deployment, as of the last `apply` that put all of its files in place. */
  get running(): ReadonlyMap<string, Running> {
    const running = new Map<string, Running>();
    for (const [name, owned] of this.#owned.deployments) {
      if (owned.running !== null) running.set(name, owned.running);
    }
    return running;
  }

  /** Deployments are named `workspace/name`. Calls must not overlap. */
  async apply(
    desired: ReadonlyMap<string, DesiredFiles>,
  ): Promise<ReadonlyMap<string, FilesOutcome>> {
    const outcomes = new Map<string, FilesOutcome>();
    // Removals first: they make room.
    for (const name of [...this.#owned.deployments.keys()].sort()) {
      if (!desired.has(name)) outcomes.set(name, await this.#remove(name));
    }
    const plans = new Map<string, FilePlan>();
    for (const [name, want] of [...desired].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (!NAME.test(name)) throw new RangeError(`${JSON.stringify(name)} is not workspace/name.`);
      if (want.kind === "keep") {
        outcomes.set(name, { kind: "kept" });
        continue;
      }
      const planning = await attempt(() => this.#plan(name, want.files));
      if ("kind" in planning) outcomes.set(name, planning);
      else plans.set(name, planning);
    }
    await this.#carryOut(plans, outcomes);
    for (const [name, want] of desired) {
      const done = outcomes.get(name)?.kind;
      if (want.kind === "files" && (done === "applied" || done === "drifted")) {
        this.#owned.of(name).running = want.running;
      }
    }
    await this.#finish(outcomes);
    return outcomes;
  }

  async #plan(name: string, files: readonly BoundFile[]): Promise<FilePlan | FilesOutcome> {
    const planning = await planFiles(this.#folder, this.#owned, name, files, this.#adopt);
    return planning.ok ? planning.plan : { kind: "failed", ...planning.problem };
  }

  async #carryOut(
    plans: ReadonlyMap<string, FilePlan>,
    outcomes: Map<string, FilesOutcome>,
  ): Promise<void> {
    const intended = await attempt(async () => {
      for (const [name, plan] of plans) await this.#writer.intend(name, plan);
      await this.#owned.save();
    });
    for (const [name, plan] of plans) {
      // What needs no new path needs no room in the list.
      if (intended !== undefined && plan.writes.length > 0) {
        outcomes.set(name, intended);
        continue;
      }
      const failed = await attempt(() => this.#writer.carryOut(name, plan));
      outcomes.set(name, failed ?? outcomeOf(plan));
    }
  }

  async #remove(name: string): Promise<FilesOutcome> {
    const failed = await attempt(async () => {
      const planning = await this.#plan(name, []);
      if ("kind" in planning) return planning;
      await this.#writer.carryOut(name, planning);
      return undefined;
    });
    if (failed !== undefined) return failed;
    this.#owned.deployments.delete(name);
    return { kind: "removed" };
  }

  /** What could not be noted is done again: the files are right, and the list catches up later. */
  async #finish(outcomes: Map<string, FilesOutcome>): Promise<void> {
    const failed = await attempt(async () => {
      await this.#writer.prune();
      await this.#owned.save();
    });
    if (failed === undefined) return;
    for (const [name, outcome] of outcomes) {
      const touched = outcome.kind === "drifted" || outcome.kind === "removed";
      if (touched || (outcome.kind === "applied" && outcome.changed)) outcomes.set(name, failed);
    }
  }
}

function outcomeOf({ drift, writes, removals }: FilePlan): FilesOutcome {
  if (drift.length > 0) return { kind: "drifted", paths: drift };
  return { kind: "applied", changed: writes.length + removals.length > 0 };
}

/** A failing disk is an outcome; anything else is not for us to judge. */
async function attempt<Result>(
  action: () => Promise<Result>,
): Promise<Result | Extract<FilesOutcome, { kind: "failed" }>> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    return { kind: "failed", code: FAILURES[error.code] ?? "disk-failed", detail: error.message };
  }
}

/** Somebody was faster between plan and write, or the disk is full; the rest is `disk-failed`. */
const FAILURES: Readonly<Partial<Record<DiskErrorCode, FilesFailure>>> = {
  "disk-full": "disk-full",
  "is-a-folder": "path-occupied",
  "not-a-folder": "path-occupied",
  exists: "path-occupied",
  "not-empty": "path-occupied",
  "is-a-link": "path-escapes",
};

async function removeLeftDrafts(folder: ManagedFolder, owned: OwnedFiles): Promise<void> {
  for (const [deployment, { files }] of owned.deployments) {
    if ((await folder.entry(deployment))?.kind !== "folder") continue;
    const drafts = new Set([...files.keys()].map((path) => draftOf(deployment, path)));
    for (const name of await folder.list(deployment)) {
      const path = `${deployment}/${name}`;
      if (!name.startsWith(DRAFT_PREFIX) || !drafts.has(path)) continue;
      if ((await folder.entry(path))?.kind === "file") {
        await folder.disk.unlink(folder.absolute(path));
      }
    }
  }
}
