export { deployment, derived, gone, host, target, template, workload, type Given } from "./nouns.ts";
export { specFor, type Emitted, type Specification } from "./spec-for.ts";
