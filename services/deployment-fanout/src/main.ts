import { runService, viewService } from "@titan/processor-runtime/service";
import { deploymentFanout } from "./deployment-fanout-view.ts";

await runService(viewService(deploymentFanout));
