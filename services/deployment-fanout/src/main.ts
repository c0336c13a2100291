import { runService, viewService, viewWork } from "@titan/processor-runtime/service";
import { deploymentFanout } from "./deployment-fanout-view.ts";

await runService(
  viewService("deployment-fanout", (context) => [viewWork(deploymentFanout, context)]),
);
