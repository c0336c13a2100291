import type { FastifyRequest } from "fastify";
import { ApiProblem } from "./problem.ts";
import type { Caller } from "./caller.ts";

const callers = new WeakMap<FastifyRequest, Caller>();

export function setCaller(request: FastifyRequest, caller: Caller): void {
  callers.set(request, caller);
}

/** Who a request comes from. Only routes that are open have no caller. */
export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request);
  if (caller === undefined) throw ApiProblem.of("not-signed-in", "this needs a token");
  return caller;
}
