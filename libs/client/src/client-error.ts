import type { ProposalKey } from "./change.ts";

/**
 * What a client could not do. `log-unavailable` and `proposal-too-large`: this call wrote nothing.
 * `closed`: the client was closed meanwhile.
 */
export class ClientError extends Error {
  readonly code: "outcome-unknown" | "proposal-too-large" | "log-unavailable" | "closed";

  constructor(code: ClientError["code"], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "ClientError";
    this.code = code;
  }
}

/** No verdict came in time: the change may be made, now or later. Propose it again under `key`. */
export class OutcomeUnknown extends ClientError {
  readonly key: ProposalKey;

  constructor(key: ProposalKey, cause?: unknown) {
    super(
      "outcome-unknown",
      `the verdict on ${key.id} did not come in time: propose the same change again with its key`,
      cause,
    );
    this.name = "OutcomeUnknown";
    this.key = key;
  }
}
