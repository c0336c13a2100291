/** What tests of any part may use: values of nouns, operations, and given/when/then for the decider. */
export {
  deploymentValue,
  hostValue,
  targetValue,
  templateValue,
  workloadValue,
} from "./noun-builders.ts";
export { apply, create, expecting, patch, remove } from "./operations.ts";
export {
  DecidedSpec,
  DecideSpec,
  installedWorld,
  proposalOf,
  specForDecide,
} from "./spec-for-decide.ts";
