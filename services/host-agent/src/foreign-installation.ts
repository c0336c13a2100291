import type { Problem } from "@titan/domain";

/** What is said, to the operator and on the host, of a log that this host does not follow. */
export function foreignInstallation(installation: string): Problem {
  return {
    code: "foreign-installation",
    detail:
      `the server belongs to installation ${installation}, which this host does not know: it keeps ` +
      `what it runs until an operator starts the agent with --accept-installation ${installation}`,
    pointer: "",
  };
}
