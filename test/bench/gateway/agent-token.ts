import { createHash } from "node:crypto";

const SECRET_CHARS = 43;

/** The secret of a host's token, made from its number, so that the processes need not exchange it. */
export function agentSecret(at: number): string {
  return `titan_a${at}_${String(at).padStart(SECRET_CHARS, "a")}`;
}

/** The document with which the host is given that token. */
export function agentToken(at: number): object {
  const secretHash = createHash("sha256").update(agentSecret(at)).digest("hex");
  const spec = { host: `default/h${at}`, secretHash };
  return { kind: "Token", metadata: { name: `a${at}` }, spec };
}
