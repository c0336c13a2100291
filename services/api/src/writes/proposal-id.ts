import { createHash, randomUUID } from "node:crypto";

/**
 * The id of a change: from the caller's key, so that a repetition is known again, and from the
 * caller, so that two callers never share one; else a new one.
 */
export function proposalIdOf(actor: string, idempotencyKey: string | undefined): string {
  if (idempotencyKey === undefined) return randomUUID();
  const hash = createHash("sha256")
    .update(JSON.stringify([actor, idempotencyKey]))
    .digest();
  return `k-${hash.toString("base64url")}`;
}
