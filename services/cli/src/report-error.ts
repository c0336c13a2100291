import { ApiProblem, type ProblemItem } from "./api-problem.ts";
import { CommandError } from "./command-error.ts";
import { EXIT_STATUS } from "./exit-status.ts";
import { LocatedProblem } from "./located-problem.ts";
import type { Output } from "./output/output.ts";

/** So many of the things that are wrong are listed. */
const ITEMS_MAX = 20;

/** Says on standard error why a command ended, and answers its exit status. */
export function reportError(error: unknown, output: Output, signal: AbortSignal): number {
  if (signal.aborted) return EXIT_STATUS.interrupted;
  if (error instanceof CommandError) {
    say(output, error.message, [error.hint]);
    return error.exitStatus;
  }
  if (error instanceof LocatedProblem) return reportProblem(error.problem, output, error.locate);
  if (error instanceof ApiProblem) return reportProblem(error, output, placeInObject);
  output.message(
    `error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
  output.message("hint: this is a mistake in titan itself; please report it");
  return EXIT_STATUS.error;
}

function reportProblem(
  problem: ApiProblem,
  output: Output,
  locate: (pointer: string) => string,
): number {
  const { errors, message, code, exitStatus } = problem;
  if (errors.length === 0) {
    say(output, `${message} [${code}]`, [hintFor(problem)]);
    return exitStatus;
  }
  for (const item of errors.slice(0, ITEMS_MAX)) {
    const place = locate(item.pointer);
    say(output, `${place === "" ? "" : `${place}: `}${item.detail} [${item.code}]`, [item.hint]);
  }
  const more = errors.length - ITEMS_MAX;
  if (more > 0) output.message(`error: and ${more} more`);
  return exitStatus;
}

function say(output: Output, message: string, hints: readonly string[]): void {
  output.message(`error: ${message}`);
  for (const hint of hints) if (hint !== "") output.message(`hint: ${hint}`);
}

/** The field of the one object that was sent, as people write it; nothing for the object itself. */
export function placeInObject(pointer: ProblemItem["pointer"]): string {
  const inside = pointer.replace(/^\/operations\/\d+/, "");
  return inside
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((step, index) =>
      /^[A-Za-z0-9_-]+$/.test(step) ? `${index > 0 ? "." : ""}${step}` : `["${step}"]`,
    )
    .join("");
}

function hintFor({ code, status, fields }: ApiProblem): string {
  if (status === 401) return "sign in with `titan login`, or give a token with TITAN_TOKEN";
  if (status === 403) return "`titan whoami` says what this token may do";
  switch (code) {
    case "lagging":
      return "`titan verify` says what stands still";
    case "gone":
      return typeof fields["oldest"] === "number" ? `the oldest there is: ${fields["oldest"]}` : "";
    case "already-exists":
      return "change it with `titan set` or `titan apply`";
    default:
      return "";
  }
}
