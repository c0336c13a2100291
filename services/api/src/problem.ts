import type { Refusal } from "@titan/domain";
import { PROBLEM_CODES, type ProblemCode } from "./problem-codes.ts";

/** One thing that is wrong, with the place in the body where it is. */
export interface ProblemItem {
  readonly code: string;
  readonly pointer: string;
  readonly detail: string;
  readonly hint: string;
}

/** The body of an RFC 9457 answer. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly errors: readonly ProblemItem[];
  readonly [more: string]: unknown;
}

export const PROBLEM_MEDIA_TYPE = "application/problem+json";

/** What a request is answered with instead of what it asked for. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly body: ProblemBody;
  readonly headers: Readonly<Record<string, string>>;

  private constructor(
    status: number,
    body: ProblemBody,
    headers: Readonly<Record<string, string>>,
  ) {
    super(body.detail);
    this.name = "ApiProblem";
    this.status = status;
    this.body = body;
    this.headers = headers;
  }

  static of(
    code: ProblemCode,
    detail: string,
    more: {
      readonly errors?: readonly ProblemItem[];
      readonly headers?: Readonly<Record<string, string>>;
      readonly fields?: Readonly<Record<string, unknown>>;
    } = {},
  ): ApiProblem {
    const { status, title } = PROBLEM_CODES[code];
    const { errors = [], headers = {}, fields = {} } = more;
    const body = { type: typeOf(code), title, status, detail, code, errors, ...fields };
    return new ApiProblem(status, body, headers);
  }

  /** A verdict of the feed. `of` is the object that the route names, if it names one. */
  static ofRefusals(
    refusals: readonly Refusal[],
    fields: Readonly<Record<string, unknown>>,
  ): ApiProblem {
    const [first] = refusals;
    const code = first?.code ?? "refused";
    const status = statusOf(refusals);
    const { title } = PROBLEM_CODES.refused;
    const detail = refusals
      .map((refusal) => refusal.detail)
      .join("; ")
      .slice(0, 1_000);
    const errors = refusals.map(({ code: each, pointer, detail: text, hint }) => ({
      code: each,
      pointer,
      detail: text,
      hint,
    }));
    const body = { type: typeOf(code), title, status, detail, code, errors, ...fields };
    return new ApiProblem(status, body, {});
  }
}

/** Two names of one thing: the contract's, and that of the decider. */
const CONFLICTS: readonly string[] = [
  "workspace-not-empty",
  "revision-mismatch",
  "already-exists",
  "in-use",
];

function statusOf(refusals: readonly Refusal[]): number {
  if (refusals.some(({ code }) => CONFLICTS.includes(code))) return 409;
  if (refusals.length > 0 && refusals.every(({ code }) => code === "not-found")) return 404;
  return 422;
}

function typeOf(code: string): string {
  return `urn:titan:problem:${code}`;
}
