import { randomUUID } from "node:crypto";
import { runService } from "@titan/processor-runtime/service";
import { ChangeFeed } from "./change-feed.ts";
import { readChangeFeedConfig } from "./config.ts";
import { installationCommit } from "./installation-commit.ts";

const NAME = "change-feed";

await runService({
  name: NAME,
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
  work: ({ log, clock, installation, onHold, report }) => [
    {
      group: NAME,
      count: 1,
      make() {
        const feed = new ChangeFeed({
          log,
          clock,
          counts: installation,
          newId: randomUUID,
          onHold,
          onStatus: (status) => report(NAME, status),
        });
        return { name: NAME, run: () => feed.run(), stop: () => feed.stop() };
      },
    },
  ],
});
