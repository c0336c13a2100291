import type { Operation } from "@titan/domain";
import type { FastifyRequest } from "fastify";
import type { ApiContext } from "../api-context.ts";
import { requireRevision } from "../read-revision.ts";
import { answerWrite, type WriteAnswerBody } from "./answer-write.ts";
import { checkViews } from "./check-views.ts";
import { answerDryRun, type DryRunAnswer } from "./dry-run.ts";
import { submissionOf } from "./write-headers.ts";

export interface WriteRequest {
  readonly workspace: string;
  readonly operations: readonly Operation[];
  readonly dryRun: boolean;
  /** Whether the route names one object. */
  readonly single: boolean;
  /** Instead of the header's. */
  readonly reason?: string;
}

/** Proposes a change and answers its verdict; or says what the verdict would be. */
export async function writeObjects(
  context: ApiContext,
  request: FastifyRequest,
  { workspace, operations, dryRun, single, reason }: WriteRequest,
): Promise<WriteAnswerBody | DryRunAnswer> {
  const headers = submissionOf(request);
  checkViews(operations, context.options.offeredViews);
  // Whoever has seen a revision decides on it, so this replica should know it as well.
  if (headers.seen !== undefined) await requireRevision(context, headers.seen);
  const submission = { ...headers, reason: reason ?? headers.reason, workspace, operations };
  if (dryRun) return answerDryRun(context, submission, single);
  return answerWrite(context, await context.submitter.submit(submission), single);
}
