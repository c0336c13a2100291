export { deploymentFanout } from "./deployment-fanout-view.ts";
