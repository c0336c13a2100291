import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { EventLog } from "@titan/event-log";
import type { Clock } from "@titan/processor-runtime";
import { latestOf } from "./latest-of.ts";
import { propose } from "./propose.ts";

const SECRET = /^titan_([a-z0-9-]{1,63})_[A-Za-z0-9_-]{43}$/;

/**
 * The token of the person who started the process: made once, kept in `path` with mode 0600, and
 * proposed to the feed. The log only ever holds its hash. Proposing it again changes nothing.
 */
export async function ensureAdminToken(log: EventLog, clock: Clock, path: string): Promise<string> {
  if (!existsSync(path)) {
    const id = `admin-${randomBytes(4).toString("hex")}`;
    const secret = `titan_${id}_${randomBytes(32).toString("base64url")}`;
    writeFileSync(`${path}.new`, `${secret}\n`, { mode: 0o600, flush: true });
    renameSync(`${path}.new`, path);
  }
  const secret = readFileSync(path, "utf8").trim();
  const name = SECRET.exec(secret)?.[1];
  if (name === undefined) throw new Error(`${path} does not hold a Titan token: delete it`);
  const secretHash = createHash("sha256").update(secret).digest("hex");
  const document = {
    kind: "Token",
    metadata: { name },
    spec: { role: "admin", workspaces: ["*"], secretHash },
  };
  if (!(await latestOf(log, "titan.token")).has(name)) {
    await propose(log, clock, {
      id: `token-${name}`,
      reason: "the token of whoever started this process",
      operations: [{ action: "CREATE", kind: "Token", document }],
    });
  }
  return secret;
}
