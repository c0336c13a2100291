import { runService, viewService, viewWork } from "@titan/processor-runtime/service";
import { targetDelta } from "./target-delta-view.ts";

await runService(viewService("target-delta", (context) => [viewWork(targetDelta, context)]));
