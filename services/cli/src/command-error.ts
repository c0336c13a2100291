import { EXIT_STATUS } from "./exit-status.ts";

/** Why a command ends without having done what it was asked, as people read it. */
export class CommandError extends Error {
  /** What to do next; empty when there is nothing to say. */
  readonly hint: string;
  readonly exitStatus: number;

  constructor(message: string, hint = "", exitStatus: number = EXIT_STATUS.error) {
    super(message);
    this.name = "CommandError";
    this.hint = hint;
    this.exitStatus = exitStatus;
  }
}

/** The command line itself can not be understood. */
export function usageError(message: string, hint = ""): CommandError {
  return new CommandError(message, hint, EXIT_STATUS.usage);
}
