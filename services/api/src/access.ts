import {
  DEFAULT_WORKSPACE,
  NOUN_NAMES,
  splitKey,
  type NounKind,
  type ObjectKind,
} from "@titan/domain";
import { REGISTRY_ENDPOINTS } from "@titan/schema-registry";
import { belongsTo, isAdmin, sees, visibleWorkspaces, type Caller } from "./caller.ts";

/** What a caller must be to use a route. */
type AccessRule =
  /** Anybody, signed in or not. */
  | "open"
  /** Whoever is signed in, hosts too. */
  | "caller"
  /** Whoever is signed in and is no host; what is shown is what the caller may see. */
  | "user"
  | "admin"
  /** Who may see the workspace in the path. */
  | "sees-workspace"
  /** Who may write objects of the row's kind in the workspace in the path. */
  | "writes-kind"
  /** Editors of the workspace in the path. */
  | "edits-workspace"
  /** The host in the path, and who may see all that can be on it: hosts of `default` run anybody's. */
  | "host-or-sees"
  /** The host in the path, and admins. */
  | "host-or-admin"
  /** Hosts that the deployment in the path is on, and who may see its workspace. */
  | "runs-deployment-or-sees";

export interface AccessRow {
  readonly method: "GET" | "PUT" | "PATCH" | "DELETE" | "POST";
  /** As it is registered. */
  readonly route: string;
  readonly rule: AccessRule;
  readonly kind?: ObjectKind;
}

const SCOPED: readonly ObjectKind[] = ["Host", "Target", "Template", "Workload", "Deployment"];
const UNSCOPED: readonly NounKind[] = ["Workspace", "Token", "View"];
/** What application engineers own; the rest belongs to admins. */
const EDITED: readonly ObjectKind[] = ["Workload", "Target", "Deployment"];

const scopedRows = SCOPED.flatMap((kind): AccessRow[] => {
  const { plural } = NOUN_NAMES[kind];
  const list = `/v1/workspaces/:workspace/${plural}`;
  const object = `${list}/:name`;
  return [
    { method: "GET", route: `/v1/${plural}`, rule: "user", kind },
    { method: "GET", route: list, rule: "sees-workspace", kind },
    { method: "GET", route: object, rule: "sees-workspace", kind },
    { method: "PUT", route: object, rule: "writes-kind", kind },
    { method: "PATCH", route: object, rule: "writes-kind", kind },
    { method: "DELETE", route: object, rule: "writes-kind", kind },
  ];
});

const unscopedRows = UNSCOPED.flatMap((kind): AccessRow[] => {
  const { plural } = NOUN_NAMES[kind];
  const object = `/v1/${plural}/:name`;
  const reads = kind === "Token" ? "admin" : "user";
  return [
    { method: "GET", route: `/v1/${plural}`, rule: reads, kind },
    { method: "GET", route: object, rule: reads, kind },
    { method: "PUT", route: object, rule: "admin", kind },
    { method: "PATCH", route: object, rule: "admin", kind },
    { method: "DELETE", route: object, rule: "admin", kind },
  ];
});

const WORKSPACE = "/v1/workspaces/:workspace";

/** Who may call what: one row per route. A route without a row does not get registered. */
export const ACCESS: readonly AccessRow[] = [
  ...scopedRows,
  ...unscopedRows,
  { method: "GET", route: "/v1/assignments", rule: "user", kind: "Assignment" },
  { method: "GET", route: `${WORKSPACE}/assignments`, rule: "sees-workspace", kind: "Assignment" },
  {
    method: "GET",
    route: `${WORKSPACE}/assignments/:name`,
    rule: "sees-workspace",
    kind: "Assignment",
  },
  { method: "POST", route: "/v1/tokens", rule: "admin" },
  // Who may write what is checked operation by operation.
  { method: "POST", route: "/v1/changes", rule: "user" },
  { method: "GET", route: "/v1/changes", rule: "user" },
  { method: "GET", route: "/v1/changes/:id", rule: "user" },
  { method: "GET", route: `${WORKSPACE}/hosts/:host/stream`, rule: "host-or-sees" },
  { method: "GET", route: `${WORKSPACE}/hosts/:host/deployments`, rule: "host-or-sees" },
  { method: "PUT", route: `${WORKSPACE}/hosts/:host/status`, rule: "host-or-admin" },
  { method: "POST", route: `${WORKSPACE}/hosts/:host/reports`, rule: "edits-workspace" },
  { method: "POST", route: `${WORKSPACE}/workloads/:workload/reports`, rule: "edits-workspace" },
  {
    method: "GET",
    route: `${WORKSPACE}/deployments/:deployment/stream`,
    rule: "runs-deployment-or-sees",
  },
  {
    method: "GET",
    route: `${WORKSPACE}/hosts/:host/why/:deploymentWorkspace/:deployment`,
    rule: "sees-workspace",
  },
  { method: "GET", route: "/v1/streams", rule: "user" },
  { method: "GET", route: "/v1/streams/:stream", rule: "user" },
  { method: "GET", route: "/v1/whoami", rule: "caller" },
  { method: "GET", route: "/v1/installation", rule: "user" },
  { method: "GET", route: "/openapi.json", rule: "open" },
  { method: "GET", route: "/livez", rule: "open" },
  { method: "GET", route: "/readyz", rule: "open" },
  { method: "GET", route: "/version", rule: "open" },
  { method: "GET", route: "/metrics", rule: "open" },
  // Schemas are no secret, and nothing can be changed there.
  ...REGISTRY_ENDPOINTS.map(({ method, route }): AccessRow => ({
    method,
    route: `/registry${route}`,
    rule: "open",
  })),
];

const rowsByRoute = new Map(ACCESS.map((row) => [`${row.method} ${row.route}`, row]));

export function accessRowOf(method: string, route: string): AccessRow | undefined {
  return rowsByRoute.get(`${method === "HEAD" ? "GET" : method} ${route}`);
}

/** A route that nobody decided about must not be there. */
export function requireAccessRow(method: string, route: string): void {
  if (accessRowOf(method, route) !== undefined) return;
  throw new Error(`${method} ${route} is missing in the access table`);
}

/** What of a request decides. */
export interface AccessRequest {
  readonly caller: Caller;
  readonly params: Readonly<Record<string, string>>;
  /** Whether a deployment is on a host, by the derived records in force. */
  readonly runs: (host: string, deployment: string) => boolean;
}

export function isAllowed(row: AccessRow, { caller, params, runs }: AccessRequest): boolean {
  const workspace = params["workspace"] ?? "";
  const host = `${workspace}/${params["host"] ?? ""}`;
  const isHost = caller.kind === "host" && caller.host === host;
  switch (row.rule) {
    case "open":
    case "caller":
      return true;
    case "user":
      return caller.kind === "user";
    case "admin":
      return isAdmin(caller);
    case "sees-workspace":
      return sees(caller, workspace);
    case "writes-kind":
      return mayWrite(caller, row.kind ?? "Assignment", workspace);
    case "edits-workspace":
      return mayEdit(caller, workspace);
    case "host-or-sees":
      return isHost || seesAllOn(caller, workspace);
    case "host-or-admin":
      return isHost || isAdmin(caller);
    case "runs-deployment-or-sees": {
      const deployment = `${workspace}/${params["deployment"] ?? ""}`;
      if (caller.kind === "host") return runs(caller.host, deployment);
      return sees(caller, workspace);
    }
  }
}

/** Whether the caller may write objects of a kind in a workspace; empty for kinds without one. */
export function mayWrite(caller: Caller, kind: ObjectKind, workspace: string): boolean {
  if (isAdmin(caller)) return true;
  return EDITED.includes(kind) && mayEdit(caller, workspace);
}

function seesAllOn(caller: Caller, workspace: string): boolean {
  if (workspace === DEFAULT_WORKSPACE) return visibleWorkspaces(caller) === "all";
  return sees(caller, workspace);
}

function mayEdit(caller: Caller, workspace: string): boolean {
  return caller.kind === "user" && caller.role !== "viewer" && belongsTo(caller, workspace);
}

/** Whether the caller may see an object: by its workspace, or for the other kinds by the kind. */
export function mayRead(caller: Caller, kind: ObjectKind, key: string): boolean {
  if (isAdmin(caller)) return true;
  if (caller.kind === "host") return false;
  switch (kind) {
    case "Token":
      return false;
    case "View":
      return true;
    case "Workspace":
      return sees(caller, key);
    case "Host":
    case "Target":
    case "Template":
    case "Workload":
    case "Deployment":
    case "Assignment":
      return sees(caller, splitKey(key).workspace);
  }
}
