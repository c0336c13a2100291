import { redactCredentials } from "./redact-credentials.ts";

/** What a caller does with a failure: try again later, or tell an operator and hold. */
export type GitErrorNext = "retry" | "reject";

const NEXT = {
  "git-missing": "reject",
  "unsafe-argument": "reject",
  "protocol-refused": "reject",
  "working-copy": "reject",
  "not-a-repository": "reject",
  "repository-missing": "reject",
  "object-format": "reject",
  authentication: "reject",
  "push-declined": "reject",
  "foreign-installation": "reject",
  "path-refused": "reject",
  "content-differs": "reject",
  "output-too-large": "reject",
  network: "retry",
  lock: "retry",
  "timed-out": "retry",
  "disk-full": "retry",
  corrupt: "retry",
  "push-contended": "retry",
  failed: "retry",
} as const satisfies Readonly<Record<string, GitErrorNext>>;

export type GitErrorCode = keyof typeof NEXT;

/**
 * What could not be done with a repository. `code` is stable; `next` says whether trying again can
 * help. The message never holds a credential. A failure whose cause is not recognised is `failed`
 * and tried again: holding back with the reason on show is safer than giving up on a guess.
 */
export class GitError extends Error {
  readonly code: GitErrorCode;
  readonly next: GitErrorNext;

  constructor(code: GitErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "GitError";
    this.code = code;
    this.next = NEXT[code];
  }

  /** What git wrote to its error output, made into an error. */
  static fromGit(command: string, exit: number, stderr: string): GitError {
    const said = redactCredentials(stderr).trim();
    const message = `git ${command} failed with exit code ${exit}${said === "" ? "." : `: ${said}`}`;
    return new GitError(classifyGitMessage(stderr), message);
  }
}

/**
 * Git's messages in the C locale, most telling first: ssh follows "Permission denied" with "Could
 * not read from remote repository", so what an operator must mend stands before what passes.
 */
const SYMPTOMS: readonly (readonly [RegExp, GitErrorCode])[] = [
  [/transport '[^'\n]*' not allowed|does not support protocol/i, "protocol-refused"],
  [/No space left on device|Disk quota exceeded/i, "disk-full"],
  [/mismatched algorithms|object.format|hash algorithm/i, "object-format"],
  [/branch is currently checked out/i, "working-copy"],
  [
    /Authentication failed|Permission denied|could not read (Username|Password)|prompts disabled|returned error: 40[13]|Host key verification failed/i,
    "authentication",
  ],
  [
    /Repository not found|does not appear to be a git repository|returned error: 404/i,
    "repository-missing",
  ],
  [/not a git repository/i, "not-a-repository"],
  [/Unable to create '[^'\n]*\.lock'|cannot lock ref|Another git process/i, "lock"],
  [
    /bad object|is corrupt|object file \S* is empty|unable to read (tree|sha1|[0-9a-f]{40})|inflate:|missing blob|missing tree|Could not read [0-9a-f]{40}/i,
    "corrupt",
  ],
  [
    /Could not resolve host|Connection (refused|timed out|reset|closed)|Failed to connect|unable to access|early EOF|disconnect|hung up|Could not read from remote|RPC failed|Network is unreachable|No route to host/i,
    "network",
  ],
];

/** The code that stands for what git wrote to its error output. */
function classifyGitMessage(message: string): GitErrorCode {
  return SYMPTOMS.find(([symptom]) => symptom.test(message))?.[1] ?? "failed";
}
