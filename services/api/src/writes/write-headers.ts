import type { FastifyRequest } from "fastify";
import { callerOf } from "../caller-of-request.ts";
import { ApiProblem } from "../problem.ts";
import type { Submission } from "./submitter.ts";

const KEY_LENGTH_MAX = 255;
const REASON_LENGTH_MAX = 1_000;
const WHOLE = /^[0-9]{1,15}$/;
const ENTITY_TAG = /^(?:W\/)?"([0-9]{1,15})"$/;

/** What the headers of a write say, beside what is to be changed. */
export function submissionOf(
  request: FastifyRequest,
): Pick<Submission, "actor" | "reason" | "traceparent" | "idempotencyKey" | "seen"> {
  const { actor } = callerOf(request);
  const idempotencyKey = header(request, "idempotency-key");
  if (idempotencyKey !== undefined && idempotencyKey.length > KEY_LENGTH_MAX) {
    throw badHeader(`Idempotency-Key has at most ${KEY_LENGTH_MAX} characters`);
  }
  const seenText = header(request, "titan-seen");
  if (seenText !== undefined && !WHOLE.test(seenText)) {
    throw badHeader("Titan-Seen is the newest revision that was seen");
  }
  const reason = header(request, "titan-reason") ?? "";
  if (reason.length > REASON_LENGTH_MAX) {
    throw badHeader(`Titan-Reason has at most ${REASON_LENGTH_MAX} characters`);
  }
  return {
    actor,
    reason,
    traceparent: header(request, "traceparent")?.slice(0, 128) ?? "",
    idempotencyKey,
    seen: seenText === undefined ? undefined : Number(seenText),
  };
}

/** What the object must be for the write to be made. */
export interface Precondition {
  readonly mustNotExist: boolean;
  readonly expected: number | null;
}

export function preconditionOf(request: FastifyRequest): Precondition {
  const ifNoneMatch = header(request, "if-none-match");
  if (ifNoneMatch !== undefined && ifNoneMatch !== "*") {
    throw badHeader("If-None-Match of a write is *");
  }
  const ifMatch = header(request, "if-match");
  const tag = ifMatch === undefined ? undefined : ENTITY_TAG.exec(ifMatch)?.[1];
  if (ifMatch !== undefined && tag === undefined) {
    throw badHeader('If-Match is a revision in quotes, such as "12"');
  }
  return {
    mustNotExist: ifNoneMatch === "*",
    expected: tag === undefined ? null : Number(tag),
  };
}

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}

function badHeader(detail: string): ApiProblem {
  return ApiProblem.of("bad-header", detail);
}
