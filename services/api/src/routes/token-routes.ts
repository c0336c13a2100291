import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { randomBytes } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { isJsonObject, type JsonObject, type JsonValue } from "@titan/domain";
import { Type } from "typebox";
import type { ApiContext } from "../api-context.ts";
import { callerOf } from "../caller-of-request.ts";
import { ApiProblem } from "../problem.ts";
import { mintSecret } from "../token-secret.ts";
import { operationOf } from "../writes/operations.ts";
import { writeObjects } from "../writes/write-objects.ts";
import { AnyObject, PROBLEM_ANSWERS, WriteQuery } from "./query-schemas.ts";

const strings = Type.Array(Type.String());

/** `spec` as in the object form; its fields may also stand at the top. */
const NewToken = Type.Object(
  {
    apiVersion: Type.Optional(Type.String()),
    kind: Type.Optional(Type.Literal("Token")),
    name: Type.Optional(Type.String()),
    metadata: Type.Optional(Type.Object({}, { additionalProperties: true })),
    spec: Type.Optional(Type.Object({}, { additionalProperties: true })),
    role: Type.Optional(Type.String()),
    workspaces: Type.Optional(strings),
    host: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);

/** Makes tokens. The log only ever holds the hash of a secret. */
export function registerTokenRoutes(app: FastifyInstance, context: ApiContext): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  typed.post(
    "/v1/tokens",
    {
      schema: {
        tags: ["tokens"],
        summary: "Make a token; its secret is in the answer and nowhere else",
        querystring: WriteQuery,
        body: NewToken,
        response: { 201: AnyObject, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const metadata = jsonObject(body.metadata);
      const stated = body.name ?? metadata["name"];
      const name = typeof stated === "string" ? stated : `token-${randomBytes(4).toString("hex")}`;
      const key = request.headers["idempotency-key"];
      const known = context.submitter.known(
        callerOf(request).actor,
        typeof key === "string" ? key : undefined,
      );
      if (known?.accepted === true) throw secretIsGone(name);
      const { secret, secretHash } = mintSecret(name);
      const { role, workspaces, host } = body;
      const spec = JSON.parse(
        JSON.stringify({ ...body.spec, role, workspaces, host }),
      ) as JsonObject;
      const given = { ...jsonObject(body.spec), ...spec, secretHash };
      const operation = operationOf(
        "CREATE",
        { kind: "Token", workspace: "", name },
        { metadata: { ...metadata, name }, spec: given },
        { mustNotExist: true, expected: null },
      );
      const answer = await writeObjects(context, request, {
        workspace: "default",
        operations: [operation],
        dryRun: request.query.dryRun === "true",
        single: true,
      });
      if (!("revision" in answer)) return answer;
      // Two requests under one key at once: the first made the token, and only it has its secret.
      const made = context.model.nouns.nouns.at("Token", name, answer.revision)?.value;
      if (made === undefined || !("secretHash" in made) || made.secretHash !== secretHash) {
        throw secretIsGone(name);
      }
      return reply.code(201).send({ ...answer, name, secret });
    },
  );
}

function secretIsGone(name: string): ApiProblem {
  return ApiProblem.of(
    "key-already-used",
    `the token ${name} was made by an earlier request under this key, and its secret is shown once; delete it and make another`,
  );
}

function jsonObject(value: unknown): JsonObject {
  const json = value as JsonValue | undefined;
  return isJsonObject(json) ? json : {};
}
