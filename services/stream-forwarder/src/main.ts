import { runService, viewService, viewWork } from "@titan/processor-runtime/service";
import { deploymentSlices } from "./deployment-slices-view.ts";
import { hostSlices } from "./host-slices-view.ts";

await runService(
  viewService("stream-forwarder", (context) => [
    viewWork(hostSlices, context),
    viewWork(deploymentSlices, context),
  ]),
);
