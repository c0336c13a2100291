import type { World } from "@titan/domain";
import type { Caller } from "./caller.ts";
import { isSecretOf, tokenIdOf } from "./token-secret.ts";

const BEARER = /^Bearer +(\S+) *$/i;
/** What a token that is not known is compared with, so that it takes as long as one that is. */
const NO_HASH = "0".repeat(64);

/**
 * Who a request comes from, by the nouns that are in force; undefined when it can not be said. A
 * host's token opens only the incarnation of the host for which it was made.
 */
export function authenticate(world: World, authorization: string | undefined): Caller | undefined {
  const secret = BEARER.exec(authorization ?? "")?.[1];
  const id = secret === undefined ? undefined : tokenIdOf(secret);
  if (secret === undefined || id === undefined) return undefined;
  const token = world.get("Token", id)?.value;
  const matches = isSecretOf(secret, token?.secretHash ?? NO_HASH);
  if (token === undefined || !matches) return undefined;
  switch (token.role) {
    case "admin":
    case "editor":
    case "viewer":
      return {
        kind: "user",
        actor: token.name,
        role: token.role,
        workspaces: token.workspaces,
      };
    case "host": {
      const { host, hostCreatedRevision } = token;
      if (world.get("Host", host)?.value.createdRevision !== hostCreatedRevision) return undefined;
      return { kind: "host", actor: token.name, host, hostCreatedRevision };
    }
    default:
      return undefined;
  }
}

/** Whether a caller who was let in earlier would still be. */
export function standingOf(world: World, caller: Caller): "good" | "host-gone" | "token-gone" {
  const token = world.get("Token", caller.actor)?.value;
  if (token === undefined) return "token-gone";
  if (caller.kind === "host") {
    if (token.host !== caller.host || token.hostCreatedRevision !== caller.hostCreatedRevision) {
      return "token-gone";
    }
    const host = world.get("Host", caller.host)?.value;
    return host?.createdRevision === caller.hostCreatedRevision ? "good" : "host-gone";
  }
  const same =
    token.role === caller.role &&
    token.workspaces.length === caller.workspaces.length &&
    token.workspaces.every((workspace, at) => workspace === caller.workspaces[at]);
  return same ? "good" : "token-gone";
}
