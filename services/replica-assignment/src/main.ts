import { runService, viewService, viewWork } from "@titan/processor-runtime/service";
import { replicaAssignment } from "./replica-assignment-view.ts";

await runService(
  viewService("replica-assignment", (context) => [viewWork(replicaAssignment, context)]),
);
