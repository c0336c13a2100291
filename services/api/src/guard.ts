import type { FastifyRequest } from "fastify";
import { accessRowOf, isAllowed } from "./access.ts";
import type { ApiContext } from "./api-context.ts";
import { authenticate } from "./authenticate.ts";
import { setCaller } from "./caller-of-request.ts";
import { ApiProblem } from "./problem.ts";

/**
 * Lets a request pass, by the one table in `access.ts`. Until the nouns have been read once nobody
 * is let in: a token that was taken away meanwhile would still be good.
 */
export function guard({ model }: ApiContext, request: FastifyRequest): void {
  const route = request.routeOptions.url;
  if (route === undefined) return;
  const row = accessRowOf(request.method, route);
  if (row === undefined) throw new Error(`no row of the access table is about ${route}`);
  if (row.rule === "open") return;
  if (!model.nouns.caughtUp) {
    throw ApiProblem.of("starting", "the server has not read all changes yet", {
      headers: { "retry-after": "1" },
    });
  }
  const caller = authenticate(model.nouns.world, request.headers.authorization);
  if (caller === undefined) {
    throw ApiProblem.of("not-signed-in", "the request has no token, or one that opens nothing", {
      headers: { "www-authenticate": 'Bearer realm="titan"' },
    });
  }
  const allowed = isAllowed(row, {
    caller,
    params: request.params as Readonly<Record<string, string>>,
    runs: (host, deployment) =>
      model.derived.store.current("titan.host-deployment", `${host}/${deployment}`) !== undefined,
  });
  if (!allowed) {
    throw ApiProblem.of("not-allowed", `${caller.actor} may not do this`);
  }
  setCaller(request, caller);
}
