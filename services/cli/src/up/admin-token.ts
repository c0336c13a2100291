import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { adminTokenName } from "@titan/api";

/** The token of the person who started the process: made once, kept in `path` with mode 0600. */
export function adminToken(path: string): string {
  if (!existsSync(path)) {
    const id = `admin-${randomBytes(4).toString("hex")}`;
    const secret = `titan_${id}_${randomBytes(32).toString("base64url")}`;
    writeFileSync(`${path}.new`, `${secret}\n`, { mode: 0o600, flush: true });
    renameSync(`${path}.new`, path);
  }
  const secret = readFileSync(path, "utf8").trim();
  if (adminTokenName(secret) === undefined) {
    throw new Error(`${path} does not hold a Titan token: delete it`);
  }
  return secret;
}
