import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { ApiContext } from "../api-context.ts";
import { ApiProblem } from "../problem.ts";
import { pointInHistory, requireDerived, wholeNumber } from "../read-revision.ts";
import { AnyObject, PROBLEM_ANSWERS } from "../routes/query-schemas.ts";
import { changedDeployments } from "./changed-deployments.ts";
import { openEvents } from "./open-events.ts";
import type { SliceName } from "./slice.ts";

const text = Type.Optional(Type.String({ maxLength: 256 }));
const StreamQuery = Type.Object({ minRevision: text }, { additionalProperties: false });
const SinceQuery = Type.Object({ since: text, minRevision: text }, { additionalProperties: false });

/** What hosts read: their slice, the streams of the deployments on them, or both in one answer. */
export function registerGatewayRoutes(app: FastifyInstance, context: ApiContext): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  const schema = { tags: ["gateway"], response: { 200: Type.String(), ...PROBLEM_ANSWERS } };
  typed.get(
    "/v1/workspaces/:workspace/hosts/:host/stream",
    {
      schema: {
        ...schema,
        summary: "Follow what a host is to run",
        params: Type.Object({ workspace: Type.String(), host: Type.String() }),
        querystring: StreamQuery,
      },
    },
    async (request, reply) => {
      const { workspace, host } = request.params;
      const name: SliceName = { kind: "host", key: `${workspace}/${host}` };
      requireNoun(context, "Host", name.key);
      await watchSlice(context, request, reply, name, request.query.minRevision);
    },
  );
  typed.get(
    "/v1/workspaces/:workspace/deployments/:deployment/stream",
    {
      schema: {
        ...schema,
        summary: "Follow a deployment's rendered state",
        params: Type.Object({ workspace: Type.String(), deployment: Type.String() }),
        querystring: StreamQuery,
      },
    },
    async (request, reply) => {
      const { workspace, deployment } = request.params;
      const name: SliceName = { kind: "deployment", key: `${workspace}/${deployment}` };
      const { store } = context.model.derived;
      // Its stream outlives a deployment until the last derived record of it is gone.
      if (store.current("titan.rendered-deployment", name.key) === undefined) {
        requireNoun(context, "Deployment", name.key);
      }
      await watchSlice(context, request, reply, name, request.query.minRevision);
    },
  );
  typed.get(
    "/v1/workspaces/:workspace/hosts/:host/deployments",
    {
      schema: {
        tags: ["gateway"],
        summary: "What changed for a host since a revision or a time",
        params: Type.Object({ workspace: Type.String(), host: Type.String() }),
        querystring: SinceQuery,
        response: { 200: AnyObject, ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const { workspace, host } = request.params;
      const key = `${workspace}/${host}`;
      requireNoun(context, "Host", key);
      const { since, minRevision } = request.query;
      const after = await sinceCut(context, since, minRevision);
      const changed = changedDeployments(context.model, key, after);
      void reply.header("titan-revision", changed.cut);
      return changed;
    },
  );
}

async function watchSlice(
  context: ApiContext,
  request: FastifyRequest,
  reply: FastifyReply,
  name: SliceName,
  minRevision: string | undefined,
): Promise<void> {
  const asked = minRevision === undefined ? 0 : wholeNumber("minRevision", minRevision);
  const { gateway } = context;
  const revision = Math.max(asked, bookmarkOf(context, request));
  await gateway.admission.admit(() => requireDerived(context, revision));
  const connection = openEvents(context, request, reply, (closed) => gateway.leave(name, closed));
  gateway.watch(name, connection);
}

/** The revision of a bookmark of this installation; that of another says nothing here. */
function bookmarkOf(context: ApiContext, request: FastifyRequest): number {
  const id = request.headers["last-event-id"];
  if (typeof id !== "string") return 0;
  const [installation, revision = ""] = id.split(":");
  const ours = installation === context.options.installation.id;
  return ours && /^[0-9]{1,15}$/.test(revision) ? Number(revision) : 0;
}

/** The cut after which changes are asked for; undefined for everything. */
async function sinceCut(
  context: ApiContext,
  since: string | undefined,
  minRevision: string | undefined,
): Promise<number | undefined> {
  const { model } = context;
  const asked = minRevision === undefined ? 0 : wholeNumber("minRevision", minRevision);
  const point = since === undefined ? undefined : pointInHistory("since", since);
  const revision = point?.kind === "revision" ? point.revision : 0;
  await requireDerived(context, Math.max(asked, revision));
  if (point === undefined) return undefined;
  if (point.kind === "revision") return point.revision;
  // Whoever names a time holds no state of a cut: an earlier cut lists more, and misses nothing.
  return model.derived.store.cutAtOrBelow(model.nouns.changes.revisionAt(point.timeMs));
}

function requireNoun({ model }: ApiContext, kind: "Host" | "Deployment", key: string): void {
  if (model.nouns.world.has(kind, key)) return;
  throw ApiProblem.of("not-found", `there is no ${kind.toLowerCase()} ${key}`);
}
