/** What tests of any part may use: values of nouns, and given/when/then for the decider. */
export {
  deploymentValue,
  hostValue,
  targetValue,
  templateValue,
  workloadValue,
} from "./noun-builders.ts";
