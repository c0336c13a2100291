import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import type { ApiContext } from "../api-context.ts";
import { sees } from "../caller.ts";
import { callerOf } from "../caller-of-request.ts";
import { ApiProblem } from "../problem.ts";
import { requireDerived, revisionToRead, wholeNumber } from "../read-revision.ts";
import { AnyObject, MinRevisionQuery, PROBLEM_ANSWERS } from "../routes/query-schemas.ts";
import { whyChain } from "./why-chain.ts";

/** Why a host runs a deployment, or does not. */
export function registerWhyRoute(app: FastifyInstance, context: ApiContext): void {
  app.withTypeProvider<TypeBoxTypeProvider>().get(
    "/v1/workspaces/:workspace/hosts/:host/why/:deploymentWorkspace/:deployment",
    {
      schema: {
        tags: ["why"],
        summary: "Why a host runs a deployment, or does not",
        params: Type.Object({
          workspace: Type.String(),
          host: Type.String(),
          deploymentWorkspace: Type.String(),
          deployment: Type.String(),
        }),
        querystring: MinRevisionQuery,
        response: { 200: AnyObject, ...PROBLEM_ANSWERS },
      },
    },
    async (request) => {
      const { workspace, host, deploymentWorkspace, deployment } = request.params;
      if (!sees(callerOf(request), deploymentWorkspace)) {
        throw ApiProblem.of("not-allowed", `you may not see workspace ${deploymentWorkspace}`);
      }
      await revisionToRead(context, request.query);
      const { minRevision } = request.query;
      await requireDerived(
        context,
        minRevision === undefined ? 0 : wholeNumber("minRevision", minRevision),
      );
      const { world } = context.model.nouns;
      const hostKey = `${workspace}/${host}`;
      const key = `${deploymentWorkspace}/${deployment}`;
      const why = whyChain(context.model, hostKey, key);
      if (!world.has("Host", hostKey) && why.chain.length === 0) {
        throw ApiProblem.of("not-found", `there is no host ${hostKey}`);
      }
      return why;
    },
  );
}
