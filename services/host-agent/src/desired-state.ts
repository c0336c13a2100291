import {
  type Binding,
  type BindingHost,
  type BoundFile,
  describeTemplateProblem,
  type HostDeployment,
  type Problem,
  type RenderedDeployment,
  type RenderedFile,
  splitKey,
} from "@titan/domain";
import type { Running } from "./owned-files.ts";

/** What the host knows, each from the last cut that it acted on. Deployments: `workspace/name`. */
export interface HostKnowledge {
  /** The host's own slice; null before its first verified cut. */
  readonly assigned: ReadonlyMap<string, HostDeployment> | null;
  /**
   * What each watched stream holds of its deployment: files, or null for none. A stream that has not
   * reached a verified cut yet is not in it.
   */
  readonly rendered: ReadonlyMap<string, RenderedDeployment | null>;
  readonly running: ReadonlyMap<string, Running>;
}

export type Bind = (files: readonly RenderedFile[], host: BindingHost) => Binding;

export type WaitReason = "host-unread" | "stream-unread" | "stream-behind" | "stream-ahead";

/**
 * What to do about one deployment. `stays`: what runs belongs to the incarnation that the host is
 * to have (or nothing better is known yet) and is left alone; otherwise what runs is removed.
 */
export type Decision =
  | { readonly kind: "run"; readonly files: readonly BoundFile[]; readonly running: Running }
  | { readonly kind: "wait"; readonly reason: WaitReason; readonly stays: boolean }
  | { readonly kind: "failed"; readonly problem: Problem; readonly stays: boolean }
  | { readonly kind: "remove" };

/**
 * PROTOCOL.md rule 25, for every deployment that the host has or is to have. Promises: files run
 * only if they belong to the incarnation that the host's own slice names; a deployment is removed
 * only because the slice no longer has it or has another incarnation of it; while its stream is
 * behind, ahead or unread, and while it can not be rendered, the last good state stays. Pure.
 */
export function decideDeployments(
  knowledge: HostKnowledge,
  bind: Bind,
): ReadonlyMap<string, Decision> {
  const { assigned, rendered, running } = knowledge;
  const decisions = new Map<string, Decision>();
  for (const name of [...new Set([...(assigned?.keys() ?? []), ...running.keys()])].sort()) {
    decisions.set(name, decide(name));
  }
  return decisions;

  function decide(name: string): Decision {
    if (assigned === null) return { kind: "wait", reason: "host-unread", stays: true };
    const wanted = assigned.get(name);
    if (wanted === undefined) return { kind: "remove" };
    const stays = running.get(name)?.createdRevision === wanted.createdRevision;
    const files = rendered.get(name);
    if (files === undefined) return { kind: "wait", reason: "stream-unread", stays };
    // None is either not yet or no longer: both pass without anybody's doing.
    if (files === null || files.createdRevision < wanted.createdRevision) {
      return { kind: "wait", reason: "stream-behind", stays };
    }
    if (files.createdRevision > wanted.createdRevision) {
      return { kind: "wait", reason: "stream-ahead", stays };
    }
    if (files.problem !== null) return { kind: "failed", problem: files.problem, stays };
    return bound(wanted, files, stays);
  }

  function bound(wanted: HostDeployment, files: RenderedDeployment, stays: boolean): Decision {
    const host = { name: splitKey(wanted.host).name, labels: wanted.hostLabels };
    const binding = bind(files.files, host);
    if (!binding.ok) return { kind: "failed", problem: problemOf(binding), stays };
    const { createdRevision, digest } = files;
    return { kind: "run", files: binding.files, running: { createdRevision, digest } };
  }
}

function problemOf({ problems }: Extract<Binding, { ok: false }>): Problem {
  const [first] = problems;
  if (first === undefined) return { code: "binding-failed", detail: "", pointer: "" };
  return { code: first.code, detail: describeTemplateProblem(first), pointer: "" };
}
