export { deploymentSlices } from "./deployment-slices-view.ts";
export { hostSlices } from "./host-slices-view.ts";
