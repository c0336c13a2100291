import { EXIT_STATUS } from "./exit-status.ts";

/** One thing that is wrong, with the RFC 6901 pointer of its place in what was sent. */
export interface ProblemItem {
  readonly code: string;
  readonly pointer: string;
  readonly detail: string;
  readonly hint: string;
}

/** What the server answered instead of what it was asked for (RFC 9457). */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: readonly ProblemItem[];
  /** Every field of the answer. */
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(status: number, fields: Readonly<Record<string, unknown>>) {
    const { detail, title } = fields;
    const text = typeof detail === "string" && detail !== "" ? detail : title;
    super(typeof text === "string" ? text : `the server answered ${status}`);
    this.name = "ApiProblem";
    this.status = status;
    this.code = typeof fields["code"] === "string" ? fields["code"] : `http-${status}`;
    this.errors = Array.isArray(fields["errors"]) ? fields["errors"].flatMap(itemOf) : [];
    this.fields = fields;
  }

  /** True when a change was decided upon, and not accepted; a 404 may be just a read that found nothing. */
  get isRefusal(): boolean {
    const { status, fields } = this;
    if (status === 409 || status === 422) return true;
    return status === 404 && ("changeId" in fields || fields["dryRun"] === true);
  }

  get exitStatus(): number {
    if (this.status === 401 || this.status === 403) return EXIT_STATUS.notAllowed;
    return this.isRefusal ? EXIT_STATUS.refused : EXIT_STATUS.error;
  }
}

function itemOf(value: unknown): ProblemItem[] {
  if (typeof value !== "object" || value === null) return [];
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const text = (name: string): string => {
    const field = fields[name];
    return typeof field === "string" ? field : "";
  };
  return [
    { code: text("code"), pointer: text("pointer"), detail: text("detail"), hint: text("hint") },
  ];
}
