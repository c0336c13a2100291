import { randomUUID } from "node:crypto";
import { runService } from "@titan/processor-runtime/service";
import { CHANGE_FEED, changeFeedWork } from "./change-feed-work.ts";
import { readChangeFeedConfig } from "./config.ts";
import { installationCommit } from "./installation-commit.ts";

await runService({
  name: CHANGE_FEED,
  readConfig: readChangeFeedConfig,
  first: ({ hostPartitions, deploymentPartitions, views }) =>
    installationCommit({
      installationId: randomUUID(),
      commitId: randomUUID(),
      hostPartitions,
      deploymentPartitions,
      views,
      now: Date.now(),
    }),
  work: (context, config) => [changeFeedWork(context, config)],
});
