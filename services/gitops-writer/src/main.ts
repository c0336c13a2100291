import { runService } from "@titan/processor-runtime/service";
import { readGitopsWriterConfig } from "./config.ts";
import { gitTree } from "./gitops-writer-view.ts";
import { gitopsWriterWork } from "./gitops-writer-work.ts";

await runService({
  name: gitTree.name,
  readConfig: readGitopsWriterConfig,
  work: (context, config) => [gitopsWriterWork(context, config)],
});
