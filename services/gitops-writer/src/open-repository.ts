import { FolderRepository } from "./folder-repository.ts";
import type { GitRunner } from "./git-run.ts";
import type { GitRepository } from "./git-repository.ts";
import { RemoteRepository } from "./remote-repository.ts";
import { parseLocation } from "./repository-location.ts";

export interface OpenRepositoryOptions {
  readonly git: GitRunner;
  /** A folder, a file:, ssh: or https: URL, or user@host:path. */
  readonly location: string;
  readonly branch: string;
  /** Absolute; used for remotes only. */
  readonly stateFolder: string;
  readonly nowMs: () => number;
}

/** Opens the repository with the driver that fits where it is; makes a folder that is not there. */
export function openRepository(options: OpenRepositoryOptions): Promise<GitRepository> {
  const { git, branch, stateFolder, nowMs } = options;
  const location = parseLocation(options.location);
  return location.kind === "folder"
    ? FolderRepository.open({ git, branch, nowMs, path: location.path })
    : RemoteRepository.open({ git, branch, nowMs, stateFolder, location });
}
