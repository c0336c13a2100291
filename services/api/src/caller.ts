import { DEFAULT_WORKSPACE } from "@titan/domain";

/** Who asks. */
export type Caller =
  | {
      readonly kind: "user";
      readonly actor: string;
      readonly role: "admin" | "editor" | "viewer";
      /** `*` is every workspace. */
      readonly workspaces: readonly string[];
    }
  | {
      readonly kind: "host";
      readonly actor: string;
      /** `workspace/name` */
      readonly host: string;
      readonly hostCreatedRevision: number;
    };

const EVERY_WORKSPACE = "*";

export function isAdmin(caller: Caller): boolean {
  return caller.kind === "user" && caller.role === "admin";
}

/** The workspaces whose objects the caller may see: their names, or all. */
export function visibleWorkspaces(caller: Caller): readonly string[] | "all" {
  if (caller.kind === "host") return [];
  if (caller.role === "admin" || caller.workspaces.includes(EVERY_WORKSPACE)) return "all";
  return [...new Set([...caller.workspaces, DEFAULT_WORKSPACE])];
}

export function sees(caller: Caller, workspace: string): boolean {
  const visible = visibleWorkspaces(caller);
  return visible === "all" || visible.includes(workspace);
}

/** Whether the workspace is one of the caller's own; `default` is only if it is named. */
export function belongsTo(caller: Caller, workspace: string): boolean {
  if (caller.kind === "host") return false;
  if (caller.role === "admin") return true;
  return caller.workspaces.includes(EVERY_WORKSPACE) || caller.workspaces.includes(workspace);
}
