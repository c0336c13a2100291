import type { JsonObject } from "../json.ts";
import { pointerTo } from "../json-pointer.ts";
import { isName } from "../name.ts";
import type { Token } from "../records.generated.ts";
import type { FieldReader } from "./field-reader.ts";
import type { Head, Resolve } from "./object-context.ts";

/** The workspaces of a token that opens all of them. */
export const EVERY_WORKSPACE = "*";
/** The role of a token that opens one host's own routes and nothing else. */
export const HOST_ROLE = "host";

const ROLES: readonly string[] = ["admin", "editor", "viewer"];
const SECRET_HASH = /^[0-9a-f]{64}$/;

/**
 * A token has a role and workspaces, or a host. An object that people send back as they got it has no hash: then that
 * of `previous` stays. The incarnation of the host is filled in by the decider, which knows it.
 */
export function readToken(
  head: Head,
  spec: FieldReader,
  resolve: Resolve,
  previous: Token | undefined,
): Token {
  const { name, labels, createdRevision } = head;
  const host = spec.text("host");
  const resolved = host === "" ? "" : resolve("Host", host, spec.at("host"));
  const role = readRole(spec, host !== "");
  const workspaces = readWorkspaces(spec, host !== "");
  const secretHash = readSecretHash(spec, previous);
  return {
    name,
    labels,
    createdRevision,
    role,
    workspaces,
    host: resolved,
    hostCreatedRevision: previous?.hostCreatedRevision ?? 0,
    secretHash,
  };
}

/** Never shows the hash: whoever knows it could try secrets at leisure. */
export function tokenSpec({ role, workspaces, host }: Token): JsonObject {
  return role === HOST_ROLE ? { host } : { role, workspaces };
}

function readRole(spec: FieldReader, isHostToken: boolean): string {
  const role = spec.text("role");
  const pointer = spec.at("role");
  if (isHostToken) {
    if (role !== "") spec.refusals.add("invalid-value", pointer, "a token for a host has no role");
    return HOST_ROLE;
  }
  if (role === "") spec.refusals.add("missing-field", pointer, "a role or a host is missing");
  else if (!ROLES.includes(role)) {
    spec.refusals.add("invalid-value", pointer, `role is one of ${ROLES.join(", ")}`);
  }
  return role;
}

function readWorkspaces(spec: FieldReader, isHostToken: boolean): readonly string[] {
  const before = spec.refusals.count;
  const workspaces = spec.texts("workspaces");
  const pointer = spec.at("workspaces");
  if (isHostToken) {
    const detail = "a token for a host has no workspaces";
    if (workspaces.length > 0) spec.refusals.add("invalid-value", pointer, detail);
    return [];
  }
  if (workspaces.length === 0 && spec.refusals.count === before) spec.missing("workspaces");
  for (const [index, workspace] of workspaces.entries()) {
    if (workspace === EVERY_WORKSPACE || isName(workspace)) continue;
    const detail = `a workspace's name or "${EVERY_WORKSPACE}" is expected`;
    spec.refusals.add("invalid-name", pointerTo(pointer, index), detail);
  }
  return [...new Set(workspaces)].sort();
}

function readSecretHash(spec: FieldReader, previous: Token | undefined): string {
  const hash = spec.text("secretHash");
  if (hash === "" && previous !== undefined) return previous.secretHash;
  if (hash === "") spec.missing("secretHash");
  else if (!SECRET_HASH.test(hash)) {
    const detail = "secretHash is a SHA-256 in 64 lower case hexadecimal digits";
    spec.refusals.add("invalid-value", spec.at("secretHash"), detail);
  }
  return hash;
}
