/** What was kept does not go with what the log holds: whoever believed it begins without it. */
export class UnusableSnapshot extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UnusableSnapshot";
  }
}
