import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { isJsonObject, type HostStatus, type JsonValue } from "@titan/domain";
import { CodecError, encode, fromJson } from "@titan/schema-codec";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import type { ApiContext } from "../api-context.ts";
import { ApiProblem } from "../problem.ts";
import { AnyObject, NoQuery, PROBLEM_ANSWERS } from "../routes/query-schemas.ts";
import { appendObservation } from "./append-observation.ts";

/** What hosts say that they run. */
export function registerStatusRoutes(app: FastifyInstance, context: ApiContext): void {
  app.withTypeProvider<TypeBoxTypeProvider>().put(
    "/v1/workspaces/:workspace/hosts/:host/status",
    {
      schema: {
        tags: ["gateway"],
        summary: "Report what a host runs",
        params: Type.Object({ workspace: Type.String(), host: Type.String() }),
        querystring: NoQuery,
        body: AnyObject,
        response: { 204: Type.Null(), ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const { workspace, host } = request.params;
      const key = `${workspace}/${host}`;
      const noun = context.model.nouns.world.get("Host", key)?.value;
      if (noun === undefined) throw ApiProblem.of("not-found", `there is no host ${key}`);
      const status = statusOf(request.body as JsonValue, workspace, host, noun.createdRevision);
      if (isNew(context, key, status)) {
        await appendObservation(context, "titan.host-status", key, encode("host-status", status));
      }
      return reply.code(204).send(null);
    },
  );
}

/** A host that nothing was placed on does not know its own incarnation: its token does. */
function statusOf(body: JsonValue, workspace: string, host: string, created: number): HostStatus {
  const object = isJsonObject(body) ? body : {};
  const stated = object["hostCreatedRevision"];
  let status: HostStatus;
  try {
    const hostCreatedRevision = stated === undefined || stated === 0 ? created : stated;
    status = fromJson("host-status", { ...object, workspace, host, hostCreatedRevision });
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    throw ApiProblem.of("invalid-report", "the body is no report: see schemas/host-status.avsc");
  }
  if (status.hostCreatedRevision !== created) {
    throw ApiProblem.of(
      "stale-report",
      `the report is about the host of revision ${status.hostCreatedRevision}, and this one is of ${created}`,
    );
  }
  return status;
}

/** False for the report that is known already; an older one is refused with what to go above. */
function isNew({ model }: ApiContext, key: string, status: HostStatus): boolean {
  const last = model.observations.statuses.last(key)?.status;
  if (last === undefined || last.hostCreatedRevision < status.hostCreatedRevision) return true;
  if (status.incarnation > last.incarnation) return true;
  if (status.incarnation === last.incarnation) {
    if (status.sequence > last.sequence) return true;
    if (status.sequence === last.sequence) return false;
  }
  throw ApiProblem.of(
    "stale-report",
    `a report of incarnation ${last.incarnation}, number ${last.sequence}, is known`,
    { headers: { "titan-incarnation": last.incarnation } },
  );
}
