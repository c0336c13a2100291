import { environmentOf, runService } from "@titan/processor-runtime/service";
import { readGitopsWriterConfig } from "./config.ts";
import { gitopsWriterTask } from "./gitops-writer-task.ts";
import { gitTree } from "./gitops-writer-view.ts";

await runService({
  name: gitTree.name,
  readConfig: readGitopsWriterConfig,
  work: (context, { location, branch, stateFolder }) => [
    {
      group: gitTree.name,
      count: 1,
      make() {
        const { logger, installation } = context;
        const task = gitopsWriterTask({
          environment: environmentOf(context, gitTree),
          ambient: process.env,
          random: Math.random,
          installation: installation.id,
          location,
          branch,
          stateFolder,
          onHold: ({ code, message }, attempt) =>
            logger.warn({ code, attempt, error: message }, "the Git repository can not be written"),
          onOutcome: (outcome) => {
            if (outcome.kind !== "published") return;
            const { commit, revision, drift } = outcome;
            logger.info({ commit, revision, drift }, "committed to Git");
          },
        });
        return { name: gitTree.name, run: () => task.run(), stop: () => task.stop() };
      },
    },
  ],
});
