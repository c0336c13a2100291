import { viewTask, type Environment, type Task } from "@titan/processor-runtime";
import type { GitError } from "./git-error.ts";
import { GitOutput } from "./git-output.ts";
import type { GitRunner } from "./git-run.ts";
import { gitTree, type GitTreeState, type PlacedDeployment } from "./gitops-writer-view.ts";
import { openRepository } from "./open-repository.ts";
import type { PublishOutcome } from "./publish-tree.ts";

export interface GitopsWriterOptions {
  readonly environment: Environment;
  readonly git: GitRunner;
  readonly random: () => number;
  readonly installation: string;
  /** A folder, a file:, ssh: or https: URL, or user@host:path. */
  readonly location: string;
  readonly branch: string;
  /** Absolute; used for remotes only, and can be deleted at any time. */
  readonly stateFolder: string;
  readonly onOutcome?: (outcome: PublishOutcome) => void;
  readonly onHold?: (error: GitError, attempt: number) => void;
}

/** The one task of the Git writer, with native git as its output. */
export function gitopsWriterTask(
  options: GitopsWriterOptions,
): Task<GitTreeState, PlacedDeployment> {
  const { environment, git, installation, location, branch, stateFolder, random } = options;
  const { log, clock } = environment;
  return viewTask(
    gitTree,
    0,
    environment,
    (arrived) =>
      new GitOutput({
        log,
        clock,
        random,
        installation,
        branch,
        arrived,
        open: () =>
          openRepository({ git, location, branch, stateFolder, nowMs: () => clock.now() }),
        ...(options.onHold === undefined ? {} : { onHold: options.onHold }),
        ...(options.onOutcome === undefined ? {} : { onOutcome: options.onOutcome }),
      }),
  );
}
