import { runService } from "@titan/processor-runtime/service";
import { apiWork } from "./api-work.ts";
import { readApiConfig } from "./config.ts";

await runService({
  name: "api",
  readConfig: readApiConfig,
  work: (context, config) => [apiWork(context, config)],
});
