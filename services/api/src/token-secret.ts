import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

const SECRET = /^titan_([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)_([A-Za-z0-9_-]{43})$/;
const SECRET_BYTES = 32;

export interface MintedToken {
  /** Shown once, kept nowhere. */
  readonly secret: string;
  readonly secretHash: string;
}

/** A new secret of 256 bits. It names its token, so that looking it up compares nothing secret. */
export function mintSecret(tokenId: string): MintedToken {
  const secret = `titan_${tokenId}_${randomBytes(SECRET_BYTES).toString("base64url")}`;
  return { secret, secretHash: hashOf(secret) };
}

/** The token that a secret says it belongs to. */
export function tokenIdOf(secret: string): string | undefined {
  return SECRET.exec(secret)?.[1];
}

/** Takes as long whatever differs. */
export function isSecretOf(secret: string, secretHash: string): boolean {
  const given = Buffer.from(hashOf(secret), "utf8");
  const known = Buffer.from(secretHash, "utf8");
  return given.length === known.length && timingSafeEqual(given, known);
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
