import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { splitKey, type Assignment } from "@titan/domain";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Type, type Static } from "typebox";
import type { ApiContext } from "../api-context.ts";
import { callerOf } from "../caller-of-request.ts";
import { decodeCursor, encodeCursor } from "../list-cursor.ts";
import { visibleRanges } from "../object-page.ts";
import { pageLimit } from "../page-limit.ts";
import { ApiProblem } from "../problem.ts";
import type { DerivedVersion } from "../read-model/derived-store.ts";
import { rangesAfter } from "../read-model/key-ranges.ts";
import { requireDerived, revisionToRead, wholeNumber } from "../read-revision.ts";
import { AnyObject, ListQuery, ObjectList, PROBLEM_ANSWERS, ReadQuery } from "./query-schemas.ts";

type Query = Static<typeof ListQuery>;

/** Which deployments with a limited number of replicas are on which hosts. Read only. */
export function registerAssignmentRoutes(app: FastifyInstance, context: ApiContext): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  const schema = { tags: ["assignments"], response: { 200: ObjectList, ...PROBLEM_ANSWERS } };
  typed.get(
    "/v1/assignments",
    { schema: { ...schema, summary: "List assignments", querystring: ListQuery } },
    async (request, reply) => await list(context, undefined, request, reply, request.query),
  );
  typed.get(
    "/v1/workspaces/:workspace/assignments",
    {
      schema: {
        ...schema,
        summary: "List the assignments of a workspace's deployments",
        params: Type.Object({ workspace: Type.String() }),
        querystring: ListQuery,
      },
    },
    async (request, reply) =>
      await list(context, request.params.workspace, request, reply, request.query),
  );
  typed.get(
    "/v1/workspaces/:workspace/assignments/:name",
    {
      schema: {
        tags: ["assignments"],
        summary: "Read an assignment; its name is deployment.hostworkspace.host",
        params: Type.Object({ workspace: Type.String(), name: Type.String() }),
        querystring: ReadQuery,
        response: { 200: AnyObject, ...PROBLEM_ANSWERS },
      },
    },
    async (request) => {
      const { workspace, name } = request.params;
      const cut = await derivedCut(context, request.query);
      const key = `${workspace}/${name.split(".").join("/")}`;
      const version = context.model.derived.store.at("titan.assignment", key, cut);
      if (version === undefined) {
        throw ApiProblem.of("not-found", `there is no assignment ${workspace}/${name}`);
      }
      return presentAssignment(version);
    },
  );
}

async function list(
  context: ApiContext,
  workspace: string | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
  query: Query,
) {
  const { store } = context.model.derived;
  if (query.watch === "true") {
    throw ApiProblem.of(
      "bad-query",
      "assignments are not watched: replay titan.assignment instead",
    );
  }
  const limit = pageLimit(query.limit);
  const cursor = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
  const cut = cursor?.revision ?? (await derivedCut(context, query));
  const ranges = visibleRanges(callerOf(request), "Assignment", workspace);
  const found: DerivedVersion[] = [];
  for (const { from, to } of rangesAfter(ranges, cursor?.after ?? "")) {
    for (const version of store.inRange("titan.assignment", from, to, cut)) {
      if (found.length > limit) break;
      found.push(version);
    }
  }
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const more = found.length > limit && last !== undefined;
  void reply.header("titan-revision", cut);
  return {
    items: page.map(presentAssignment),
    revision: cut,
    ...(more ? { cursor: encodeCursor({ revision: cut, after: last.key }) } : {}),
  };
}

/** The cut at which derived records are read; those before this replica's history are gone. */
async function derivedCut(
  context: ApiContext,
  query: { readonly at?: string; readonly minRevision?: string },
): Promise<number> {
  const { derived } = context.model;
  const at = await revisionToRead(context, query);
  const least = query.minRevision === undefined ? 0 : wholeNumber("minRevision", query.minRevision);
  await requireDerived(context, Math.max(least, at ?? 0));
  if (at === undefined) return derived.cut ?? 0;
  if (at < derived.historyFrom) {
    const detail = `this server has followed derived records since revision ${derived.historyFrom}`;
    throw ApiProblem.of("gone", detail, { fields: { oldest: derived.historyFrom } });
  }
  return at;
}

function presentAssignment({ value, label }: DerivedVersion) {
  const assignment = JSON.parse(value) as Assignment;
  const { deployment, deploymentCreatedRevision, host } = assignment;
  const { workspace, name } = splitKey(deployment);
  return {
    apiVersion: "titan/v1",
    kind: "Assignment",
    metadata: {
      workspace,
      name: `${name}.${host.replace("/", ".")}`,
      labels: {},
      revision: label,
      createdRevision: deploymentCreatedRevision,
    },
    spec: { deployment, host },
    status: {},
  };
}
