export { targetDelta } from "./target-delta-view.ts";
