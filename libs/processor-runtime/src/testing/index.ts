export { CORPUS } from "./corpus.ts";
export { assignment, hostDeployment, hostTarget, rendered } from "./derived.ts";
export { expectGolden } from "./golden.ts";
export {
  deployment,
  derived,
  gone,
  host,
  keyIn,
  target,
  template,
  workload,
  type Given,
} from "./nouns.ts";
export { randomRecord, REFERENCES } from "./random-records.ts";
export { NounLog, viewVersion } from "./noun-log.ts";
export { specFor, type Emitted, type Specification } from "./spec-for.ts";
export { expectBatchingIsIrrelevant } from "./view-property.ts";
export { recompute, ViewRun } from "./view-run.ts";
