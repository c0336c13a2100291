import { runService, viewService } from "@titan/processor-runtime/service";
import { targetDelta } from "./target-delta-view.ts";

await runService(viewService(targetDelta));
