import { runService, viewService } from "@titan/processor-runtime/service";
import { replicaAssignment } from "./replica-assignment-view.ts";

await runService(viewService(replicaAssignment));
