import { viewTask, type Environment, type Task } from "@titan/processor-runtime";
import { GitCommand } from "./git-command.ts";
import { gitEnvironment } from "./git-environment.ts";
import type { GitError } from "./git-error.ts";
import { GitOutput } from "./git-output.ts";
import { gitTree, type GitTreeState, type PlacedDeployment } from "./gitops-writer-view.ts";
import { openRepository } from "./open-repository.ts";
import type { PublishOutcome } from "./publish-tree.ts";

export interface GitopsWriterOptions {
  readonly environment: Environment;
  /** What git may see of the process's environment is chosen from this. */
  readonly ambient: Readonly<Record<string, string | undefined>>;
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
  const { environment, installation, location, branch, stateFolder, random } = options;
  const { log, clock } = environment;
  const git = new GitCommand({ environment: gitEnvironment(options.ambient) });
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
