import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { ApiProblem, PROBLEM_MEDIA_TYPE, type ProblemItem } from "./problem.ts";

/** Every error becomes a problem; what is none of the caller's business stays in the log. */
export function answerProblem(
  error: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const problem = problemOf(error);
  if (problem.status >= 500 && problem.body.code === "internal") {
    request.log.error({ err: error, route: request.routeOptions.url }, "a request failed");
  }
  void reply
    .code(problem.status)
    .headers(problem.headers)
    .type(PROBLEM_MEDIA_TYPE)
    .send(JSON.stringify(problem.body));
}

export function problemOf(error: FastifyError | Error): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if ("validation" in error && error.validation !== undefined) return validationProblem(error);
  switch ("code" in error ? error.code : "") {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return ApiProblem.of("body-too-large", "the body has more bytes than a change may");
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return ApiProblem.of("unsupported-media-type", "send application/json");
    case "FST_ERR_CTP_INVALID_JSON_BODY":
    case "FST_ERR_CTP_EMPTY_JSON_BODY":
    case "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
      return ApiProblem.of("bad-request", "the body is not JSON");
    default:
      break;
  }
  const status = "statusCode" in error ? (error.statusCode ?? 500) : 500;
  if (status >= 400 && status < 500)
    return ApiProblem.of("bad-request", "the request is malformed");
  return ApiProblem.of("internal", "the server could not answer this; its log says why");
}

function validationProblem(error: FastifyError): ApiProblem {
  const context = error.validationContext ?? "body";
  const code =
    context === "body" ? "bad-request" : context === "headers" ? "bad-header" : "bad-query";
  const errors = (error.validation ?? []).map((fault): ProblemItem => {
    const unknown = fault.params["additionalProperty"];
    const pointer =
      typeof unknown === "string" ? `${fault.instancePath}/${unknown}` : fault.instancePath;
    const text = fault.message ?? "is not what is expected";
    const detail = typeof unknown === "string" ? `there is no ${JSON.stringify(unknown)}` : text;
    return { code: fault.keyword, pointer, detail, hint: "" };
  });
  const detail = errors.map((item) => `${item.pointer || context} ${item.detail}`).join("; ");
  return ApiProblem.of(code, detail, { errors });
}
