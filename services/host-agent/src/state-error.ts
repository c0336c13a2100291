/** The agent's own state can not be used, and only an operator can say what to do. */
export class StateError extends Error {
  readonly code: "newer-format" | "not-a-folder";

  constructor(code: StateError["code"], message: string) {
    super(message);
    this.name = "StateError";
    this.code = code;
  }
}
