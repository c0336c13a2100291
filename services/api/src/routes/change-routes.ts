import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import {
  isJsonObject,
  isNounKind,
  kindOf,
  type Action,
  type JsonObject,
  type JsonValue,
  type Operation,
} from "@titan/domain";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import type { ApiContext } from "../api-context.ts";
import { callerOf } from "../caller-of-request.ts";
import { decodeCursor, encodeCursor } from "../list-cursor.ts";
import { pageLimit } from "../page-limit.ts";
import { ApiProblem } from "../problem.ts";
import type { StoredChange } from "../read-model/change-store.ts";
import { revisionToRead, wholeNumber } from "../read-revision.ts";
import { presentChange, visibleChange } from "../visible-change.ts";
import { checkMayWrite } from "../writes/operations.ts";
import { writeObjects } from "../writes/write-objects.ts";
import { AnyObject, PROBLEM_ANSWERS, WriteAnswer, WriteQuery } from "./query-schemas.ts";

const OPERATIONS_MAX = 1_000;
const text = Type.Optional(Type.String());

const Changes = Type.Object(
  {
    operations: Type.Array(
      Type.Object(
        {
          action: Type.Union([
            Type.Literal("apply"),
            Type.Literal("create"),
            Type.Literal("patch"),
            Type.Literal("delete"),
          ]),
          object: Type.Object({}, { additionalProperties: true }),
          expected: Type.Optional(
            Type.Union([
              Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
              Type.Null(),
            ]),
          ),
        },
        { additionalProperties: false },
      ),
    ),
    reason: Type.Optional(Type.String({ maxLength: 1_000 })),
    workspace: Type.Optional(Type.String({ maxLength: 63 })),
  },
  { additionalProperties: false },
);

const ACTIONS: Readonly<Record<string, Action>> = {
  apply: "APPLY",
  create: "CREATE",
  patch: "PATCH",
  delete: "DELETE",
};

/** Several operations as one change, verdicts, and the feed. */
export function registerChangeRoutes(app: FastifyInstance, context: ApiContext): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  const tags = ["changes"];
  typed.post(
    "/v1/changes",
    {
      schema: {
        tags,
        summary: "Make several operations one change",
        querystring: WriteQuery,
        body: Changes,
        response: { 200: WriteAnswer, ...PROBLEM_ANSWERS },
      },
    },
    async (request) => {
      const { operations, reason, workspace = "default" } = request.body;
      if (operations.length > OPERATIONS_MAX) throw tooMany(operations.length);
      const read = operations.map(({ action, object, expected = null }) => ({
        action: ACTIONS[action] ?? "APPLY",
        object: jsonObject(object),
        expected,
      }));
      checkMayWrite(
        callerOf(request),
        workspace,
        read.map(({ object }) => ({ kind: kindIn(object), object })),
      );
      return await writeObjects(context, request, {
        workspace,
        operations: read.map(({ action, object, expected }): Operation => ({
          action,
          kind: kindIn(object),
          document: JSON.stringify(object),
          expected,
        })),
        dryRun: request.query.dryRun === "true",
        single: false,
        ...(reason === undefined ? {} : { reason }),
      });
    },
  );

  typed.get(
    "/v1/changes/:id",
    {
      schema: {
        tags,
        summary: "Read the verdict on a change",
        params: Type.Object({ id: Type.String() }),
        querystring: Type.Object({ minRevision: text }, { additionalProperties: false }),
        response: { 200: AnyObject, ...PROBLEM_ANSWERS },
      },
    },
    async (request) => {
      await revisionToRead(context, request.query);
      const found = context.model.nouns.changes.ofProposal(request.params.id);
      const change = found === undefined ? undefined : visibleChange(callerOf(request), found);
      if (change === undefined) {
        throw ApiProblem.of("change-unknown", "there is no verdict on such a change, or not yet");
      }
      return presentChange(change);
    },
  );

  typed.get(
    "/v1/changes",
    {
      schema: {
        tags,
        summary: "Read the feed from a revision on",
        querystring: Type.Object(
          { from: text, limit: text, cursor: text, minRevision: text, kind: text, key: text },
          { additionalProperties: false },
        ),
        response: { 200: AnyObject, ...PROBLEM_ANSWERS },
      },
    },
    async (request) => {
      const { from, limit, cursor, kind, key } = request.query;
      if ((kind === undefined) !== (key === undefined)) {
        throw ApiProblem.of("bad-query", "kind and key name one object together");
      }
      await revisionToRead(context, request.query);
      const { nouns } = context.model;
      const start = from === undefined ? 1 : wholeNumber("from", from);
      const first = cursor === undefined ? start : decodeCursor(cursor).revision;
      const changes =
        kind === undefined || key === undefined
          ? nouns.changes.from(first, pageLimit(limit))
          : changesOf(context, kind, key, first, pageLimit(limit));
      const caller = callerOf(request);
      const items = changes.flatMap((change) => {
        const visible = visibleChange(caller, change);
        return visible === undefined ? [] : [presentChange(visible)];
      });
      const last = changes.at(-1)?.revision;
      const more = changes.length === pageLimit(limit) && last !== undefined;
      const next = more ? { cursor: encodeCursor({ revision: last + 1, after: "" }) } : {};
      return { items, revision: nouns.revision, ...next };
    },
  );
}

/** The changes that made, altered or deleted one object. */
function changesOf(
  { model }: ApiContext,
  kind: string,
  key: string,
  from: number,
  limit: number,
): readonly StoredChange[] {
  const meant = kindOf(kind);
  if (!meant.ok || !isNounKind(meant.kind)) {
    throw ApiProblem.of("bad-query", `there is no kind ${JSON.stringify(kind.slice(0, 40))}`);
  }
  const { nouns } = model;
  return nouns.nouns
    .revisionsOf(meant.kind, key, from, limit)
    .flatMap((revision) => nouns.changes.at(revision) ?? []);
}

function tooMany(count: number): ApiProblem {
  const detail = `a change has at most ${OPERATIONS_MAX} operations, this one has ${count}`;
  return ApiProblem.ofRefusals(
    [{ code: "too-many-operations", pointer: "/operations", detail, hint: "split it" }],
    {},
  );
}

/** The kind as the feed names it; what is none goes as it came, for the feed to refuse. */
function kindIn(object: JsonObject): string {
  const { kind } = object;
  if (typeof kind !== "string") return "";
  if (isNounKind(kind)) return kind;
  const meant = kindOf(kind);
  return meant.ok ? meant.kind : kind;
}

function jsonObject(value: unknown): JsonObject {
  const json = value as JsonValue;
  return isJsonObject(json) ? json : {};
}
