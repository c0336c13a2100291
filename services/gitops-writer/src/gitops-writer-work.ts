import {
  environmentOf,
  type ServiceContext,
  type SharedWork,
} from "@titan/processor-runtime/service";
import { gitEnvironment } from "./git-environment.ts";
import { GitLauncher } from "./git-launcher.ts";
import { gitopsWriterTask } from "./gitops-writer-task.ts";
import { gitTree } from "./gitops-writer-view.ts";

export interface GitLocation {
  /** A folder or a URL. */
  readonly location: string;
  readonly branch: string;
  readonly stateFolder: string;
}

/** The writer of one repository as work of which one process at a time has all. */
export function gitopsWriterWork(context: ServiceContext, git: GitLocation): SharedWork {
  const { logger, installation } = context;
  const launcher = new GitLauncher(gitEnvironment(process.env));
  return {
    group: gitTree.name,
    count: 1,
    make() {
      const task = gitopsWriterTask({
        environment: environmentOf(context, gitTree),
        git: launcher,
        random: Math.random,
        installation: installation.id,
        location: git.location,
        branch: git.branch,
        stateFolder: git.stateFolder,
        onHold: ({ code, message }, attempt) =>
          logger.warn({ code, attempt, error: message }, "the Git repository can not be written"),
        onOutcome: (outcome) => {
          if (outcome.kind !== "published") return;
          const { commit, revision, drift } = outcome;
          logger.info({ commit, revision }, "committed to Git");
          if (drift.length > 0) logger.warn({ drift }, "took back what others changed in Git");
        },
      });
      return { name: gitTree.name, run: () => task.run(), stop: () => task.stop() };
    },
  };
}
