import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import {
  isScopedKind,
  keyOf,
  NOUN_KINDS,
  NOUN_NAMES,
  type Action,
  type JsonValue,
  type NounKind,
} from "@titan/domain";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { mayRead } from "../access.ts";
import type { ApiContext } from "../api-context.ts";
import { callerOf } from "../caller-of-request.ts";
import { etagOf, presentObject } from "../present-object.ts";
import { ApiProblem } from "../problem.ts";
import { requireDerived, revisionToRead, wholeNumber } from "../read-revision.ts";
import { hasStatus, statusOf } from "../status/object-status.ts";
import { operationOf } from "../writes/operations.ts";
import { preconditionOf } from "../writes/write-headers.ts";
import { writeObjects } from "../writes/write-objects.ts";
import { AnyObject, PROBLEM_ANSWERS, ReadQuery, WriteAnswer, WriteQuery } from "./query-schemas.ts";

const ScopedParams = Type.Object({ workspace: Type.String(), name: Type.String() });
const NamedParams = Type.Object({ name: Type.String() });

/** One object: read, create or replace, patch, delete. */
export function registerObjectRoutes(app: FastifyInstance, context: ApiContext): void {
  for (const kind of NOUN_KINDS) registerKind(app, context, kind);
}

function registerKind(app: FastifyInstance, context: ApiContext, kind: NounKind): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  const { plural, singular } = NOUN_NAMES[kind];
  const scoped = isScopedKind(kind);
  const url = scoped ? `/v1/workspaces/:workspace/${plural}/:name` : `/v1/${plural}/:name`;
  const params = scoped ? ScopedParams : NamedParams;
  const tags = [plural];

  typed.get(
    url,
    {
      schema: {
        tags,
        summary: `Read a ${singular}`,
        params,
        querystring: ReadQuery,
        response: { 200: AnyObject, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => await readObject(context, kind, request, reply, request.query),
  );
  for (const [method, action] of WRITES) {
    const hasBody = method !== "DELETE";
    typed.route({
      method,
      url,
      schema: {
        tags,
        summary: `${VERBS[method]} a ${singular}`,
        params,
        querystring: WriteQuery,
        ...(hasBody ? { body: AnyObject } : {}),
        response: {
          200: WriteAnswer,
          ...(method === "PUT" ? { 201: WriteAnswer } : {}),
          ...PROBLEM_ANSWERS,
        },
      },
      handler: async (request, reply) => {
        const answer = await writeObjects(context, request, {
          workspace: namedObject(kind, request).workspace || "default",
          operations: [
            operationOf(
              action,
              namedObject(kind, request),
              (request.body ?? {}) as JsonValue,
              preconditionOf(request),
            ),
          ],
          dryRun: request.query.dryRun === "true",
          single: true,
        });
        if ("object" in answer && answer.object !== undefined) {
          void reply.header("etag", etagOf(answer.object.metadata.revision));
        }
        const created = answer.outcomes[0]?.result === "created" && "revision" in answer;
        return reply.code(created ? 201 : 200).send(answer);
      },
    });
  }
}

const WRITES: readonly (readonly ["PUT" | "PATCH" | "DELETE", Action])[] = [
  ["PUT", "APPLY"],
  ["PATCH", "PATCH"],
  ["DELETE", "DELETE"],
];

const VERBS = { PUT: "Create or replace", PATCH: "Patch", DELETE: "Delete" } as const;

/** The object that a route names. */
function namedObject(kind: NounKind, request: FastifyRequest) {
  const params = request.params as Readonly<Record<string, string>>;
  return { kind, workspace: params["workspace"] ?? "", name: params["name"] ?? "" };
}

async function readObject(
  context: ApiContext,
  kind: NounKind,
  request: FastifyRequest,
  reply: FastifyReply,
  query: { readonly at?: string; readonly minRevision?: string },
) {
  const { workspace, name } = namedObject(kind, request);
  const key = keyOf(kind, workspace, name);
  const at = await revisionToRead(context, query);
  if (at === undefined && query.minRevision !== undefined && hasStatus(kind)) {
    await requireDerived(context, wholeNumber("minRevision", query.minRevision));
  }
  const { nouns } = context.model;
  const found =
    at === undefined ? nouns.world.get<NounKind>(kind, key) : nouns.nouns.at(kind, key, at);
  if (found === undefined || !mayRead(callerOf(request), kind, key)) {
    const when = at === undefined ? "" : ` at revision ${at}`;
    const detail = `there is no ${NOUN_NAMES[kind].singular} ${key}${when}`;
    throw ApiProblem.of("not-found", detail);
  }
  const etag = etagOf(found.revision);
  void reply.header("etag", etag);
  if (at !== undefined) void reply.header("titan-revision", at);
  // A status changes without the revision, so such an object is always sent.
  if (!hasStatus(kind) && request.headers["if-none-match"] === etag) return reply.code(304).send();
  const status =
    at === undefined ? await statusOf(context, callerOf(request), kind, key) : undefined;
  return reply.send(presentObject(kind, found.value, found.revision, status));
}
