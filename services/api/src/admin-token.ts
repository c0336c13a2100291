import { createHash } from "node:crypto";
import type { EventLog } from "@titan/event-log";
import { latestOf, proposeOwn, type Clock } from "@titan/processor-runtime";

const SECRET = /^titan_([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)_[A-Za-z0-9_-]{43}$/;

/** The name in a token of Titan's form, `titan_NAME_` and 32 random bytes as base64url; else undefined. */
export function adminTokenName(secret: string): string | undefined {
  return SECRET.exec(secret)?.[1];
}

/**
 * Proposes a token that opens everything, unless the feed knows it. The log only ever holds its
 * hash. Proposing it again changes nothing.
 */
export async function ensureAdminToken(
  log: EventLog,
  clock: Clock,
  secret: string,
  actor: string,
): Promise<void> {
  const name = adminTokenName(secret) ?? "";
  if ((await latestOf(log, "titan.token")).has(name)) return;
  const secretHash = createHash("sha256").update(secret).digest("hex");
  const document = {
    kind: "Token",
    metadata: { name },
    spec: { role: "admin", workspaces: ["*"], secretHash },
  };
  await proposeOwn(log, clock, {
    id: `token-${name}`,
    actor,
    reason: "the token of whoever started this process",
    operations: [{ action: "CREATE", kind: "Token", document }],
  });
}
