import { ApiProblem } from "./problem.ts";
import { wholeNumber } from "./read-revision.ts";

const LIMIT_DEFAULT = 500;
const LIMIT_MAX = 5_000;

export function pageLimit(text: string | undefined): number {
  if (text === undefined) return LIMIT_DEFAULT;
  const limit = wholeNumber("limit", text);
  if (limit >= 1 && limit <= LIMIT_MAX) return limit;
  throw ApiProblem.of("bad-query", `limit is a number from 1 to ${LIMIT_MAX}`);
}
