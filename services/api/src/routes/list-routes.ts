import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { isScopedKind, NOUN_KINDS, NOUN_NAMES, type NounKind } from "@titan/domain";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Static } from "typebox";
import { Type } from "typebox";
import type { ApiContext } from "../api-context.ts";
import { callerOf } from "../caller-of-request.ts";
import { labelSelectorOf } from "../label-selector.ts";
import { decodeCursor, encodeCursor } from "../list-cursor.ts";
import { readPage, visibleRanges } from "../object-page.ts";
import { pageLimit } from "../page-limit.ts";
import { presentObject, type PresentedObject } from "../present-object.ts";
import { requireRevision, revisionToRead } from "../read-revision.ts";
import { statusInList } from "../status/object-status.ts";
import { watchList } from "./watch-list.ts";
import { ListQuery, ObjectList, PROBLEM_ANSWERS } from "./query-schemas.ts";

type Query = Static<typeof ListQuery>;

/** Lists of each kind, of one workspace and of all that the caller may see. */
export function registerListRoutes(app: FastifyInstance, context: ApiContext): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  for (const kind of NOUN_KINDS) {
    const { plural } = NOUN_NAMES[kind];
    const schema = {
      tags: [plural],
      querystring: ListQuery,
      response: { 200: ObjectList, ...PROBLEM_ANSWERS },
    };
    typed.get(
      `/v1/${plural}`,
      { schema: { ...schema, summary: `List ${plural}` } },
      async (request, reply) => await list(context, kind, undefined, request, reply, request.query),
    );
    if (!isScopedKind(kind)) continue;
    typed.get(
      `/v1/workspaces/:workspace/${plural}`,
      {
        schema: {
          ...schema,
          summary: `List the ${plural} of a workspace`,
          params: Type.Object({ workspace: Type.String() }),
        },
      },
      async (request, reply) =>
        await list(context, kind, request.params.workspace, request, reply, request.query),
    );
  }
}

async function list(
  context: ApiContext,
  kind: NounKind,
  workspace: string | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
  query: Query,
) {
  const caller = callerOf(request);
  const selector = labelSelectorOf(query.labelSelector);
  const ranges = visibleRanges(caller, kind, workspace);
  if (query.watch === "true") {
    await watchList(context, request, reply, { kind, ranges, selector, query });
    return reply;
  }
  const limit = pageLimit(query.limit);
  const at = await revisionToRead(context, query);
  const cursor = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
  if (cursor !== undefined) await requireRevision(context, cursor.revision);
  const revision = cursor?.revision ?? at ?? context.model.nouns.revision;
  const after = cursor?.after ?? "";
  const { found, more } = readPage(context, { kind, ranges, selector, revision, after, limit });
  const items: PresentedObject[] = [];
  for (const { key, value, revision: own } of found) {
    const status = at === undefined ? await statusInList(context, kind, key) : undefined;
    items.push(presentObject(kind, value, own, status));
  }
  const last = found.at(-1);
  void reply.header("titan-revision", revision);
  return {
    items,
    revision,
    ...(more && last !== undefined ? { cursor: encodeCursor({ revision, after: last.key }) } : {}),
  };
}
