import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import type { ApiContext } from "../api-context.ts";
import { callerOf } from "../caller-of-request.ts";
import { revisionToRead } from "../read-revision.ts";
import { AnyObject, MinRevisionQuery, NoQuery, PROBLEM_ANSWERS } from "./query-schemas.ts";

/** About the caller, the installation and the server itself. */
export function registerServerRoutes(app: FastifyInstance, context: ApiContext): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  const { model, options } = context;
  const schema = { querystring: NoQuery, response: { 200: AnyObject, ...PROBLEM_ANSWERS } };

  typed.get(
    "/v1/whoami",
    {
      schema: {
        ...schema,
        querystring: MinRevisionQuery,
        tags: ["server"],
        summary: "Who the token belongs to",
      },
    },
    async (request) => {
      await revisionToRead(context, request.query);
      const caller = callerOf(request);
      const { actor } = caller;
      if (caller.kind === "host") return { actor, role: "host", host: caller.host };
      return { actor, role: caller.role, workspaces: caller.workspaces };
    },
  );

  typed.get(
    "/v1/installation",
    {
      schema: {
        ...schema,
        querystring: MinRevisionQuery,
        tags: ["server"],
        summary: "What is installed and how far it is",
      },
    },
    async (request) => {
      await revisionToRead(context, request.query);
      const { id, hostPartitions, deploymentPartitions } = options.installation;
      return {
        id,
        hostPartitions,
        deploymentPartitions,
        layout: options.layout ?? "per-entity",
        ...(options.gitUrl === undefined ? {} : { git: options.gitUrl }),
        revision: model.nouns.revision,
        derivedRevision: model.derived.cut ?? 0,
        tasks: options.tasks?.() ?? [],
      };
    },
  );

  typed.get(
    "/livez",
    { schema: { ...schema, tags: ["server"], summary: "Whether it runs" } },
    () => ({
      status: "ok",
    }),
  );

  typed.get(
    "/readyz",
    {
      schema: {
        ...schema,
        response: { 200: AnyObject, 503: AnyObject },
        tags: ["server"],
        summary: "Whether all folds have caught up once",
      },
    },
    (_request, reply) => {
      const { ready, nouns, derived, observations, failure } = model;
      void reply.code(ready ? 200 : 503);
      return {
        status: ready ? "ok" : failure === undefined ? "starting" : "failed",
        nouns: nouns.caughtUp,
        derived: derived.cut !== undefined,
        observations: observations.caughtUp,
      };
    },
  );

  typed.get(
    "/version",
    { schema: { ...schema, tags: ["server"], summary: "Which version this is" } },
    () => ({ version: options.version ?? "0.1.0" }),
  );

  typed.get("/openapi.json", { schema: { ...schema, hide: true } }, () => app.swagger());
}
