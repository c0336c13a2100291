import type { GitErrorCode } from "./git-error.ts";
import type { GitAnswer, GitRun } from "./git-run.ts";

/** What the process that starts git is told. `id` is that of the run. */
export type LauncherOrder =
  | {
      readonly kind: "run";
      readonly id: number;
      readonly run: Omit<GitRun, "input">;
      readonly hasInput: boolean;
    }
  /** The next part of the input, and that there is no more or none can be had. */
  | { readonly kind: "input"; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: "input-ended" | "input-failed"; readonly id: number };

/** What it answers. */
export type LauncherReply =
  /** Git took what it was given: the next part, please. */
  | { readonly kind: "more"; readonly id: number }
  | { readonly kind: "answered"; readonly id: number; readonly answer: GitAnswer }
  | {
      readonly kind: "failed";
      readonly id: number;
      readonly code: GitErrorCode;
      readonly message: string;
    }
  /** What is no `GitError` is a bug. */
  | { readonly kind: "broken"; readonly id: number; readonly error: Error };
