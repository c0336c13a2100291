export { deploymentSlices } from "./deployment-slices-view.ts";
export { forwarderWork, STREAM_FORWARDER } from "./forwarder-work.ts";
export { hostSlices } from "./host-slices-view.ts";
export { TopicJanitor, type TopicJanitorOptions } from "./topic-janitor.ts";
