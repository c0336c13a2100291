import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { Report } from "@titan/domain";
import { encode } from "@titan/schema-codec";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { ApiContext } from "../api-context.ts";
import { callerOf } from "../caller-of-request.ts";
import { ApiProblem } from "../problem.ts";
import { AnyObject, NoQuery, PROBLEM_ANSWERS } from "../routes/query-schemas.ts";
import { operationOf } from "../writes/operations.ts";
import { writeObjects } from "../writes/write-objects.ts";
import { appendObservation } from "./append-observation.ts";

const commit = Type.String({ minLength: 1, maxLength: 200 });
const short = Type.Optional(Type.String({ maxLength: 2_048 }));
const WorkloadReport = Type.Object(
  {
    kind: Type.Union([Type.Literal("source"), Type.Literal("build")]),
    commit,
    image: short,
    url: short,
  },
  { additionalProperties: false },
);
const HostReport = Type.Object(
  { kind: Type.Literal("deployed"), commit, url: short },
  { additionalProperties: false },
);

const TIME_DIGITS = 16;

/** What CI and GitOps tools say. */
export function registerReportRoutes(app: FastifyInstance, context: ApiContext): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  const schema = {
    tags: ["reports"],
    querystring: NoQuery,
    response: { 201: AnyObject, ...PROBLEM_ANSWERS },
  };
  typed.post(
    "/v1/workspaces/:workspace/workloads/:workload/reports",
    {
      schema: {
        ...schema,
        summary: "Report a source change or a build of a workload",
        params: Type.Object({ workspace: Type.String(), workload: Type.String() }),
        body: WorkloadReport,
      },
    },
    async (request, reply) => {
      const { workspace, workload } = request.params;
      const found = context.model.nouns.world.get("Workload", `${workspace}/${workload}`)?.value;
      if (found === undefined) {
        throw ApiProblem.of("not-found", `there is no workload ${workspace}/${workload}`);
      }
      const { kind, image = "" } = request.body;
      const report = await take(context, request, workspace, workload, request.body);
      const isNewImage = kind === "build" && image !== "" && image !== found.image;
      const change = isNewImage
        ? await proposeImage(context, request, workspace, workload, image)
        : undefined;
      return reply.code(201).send(change === undefined ? { report } : { report, change });
    },
  );
  typed.post(
    "/v1/workspaces/:workspace/hosts/:host/reports",
    {
      schema: {
        ...schema,
        summary: "Report that a host runs a Git commit",
        params: Type.Object({ workspace: Type.String(), host: Type.String() }),
        body: HostReport,
      },
    },
    async (request, reply) => {
      const { workspace, host } = request.params;
      if (!context.model.nouns.world.has("Host", `${workspace}/${host}`)) {
        throw ApiProblem.of("not-found", `there is no host ${workspace}/${host}`);
      }
      const report = await take(context, request, workspace, host, request.body);
      return reply.code(201).send({ report });
    },
  );
}

let sequence = 0;

/**
 * The time orders reports, whichever replica takes them; within a millisecond, or while the clock
 * is behind what was reported already, the sequence does.
 */
async function take(
  context: ApiContext,
  request: FastifyRequest,
  workspace: string,
  subject: string,
  body: {
    readonly kind: Report["kind"];
    readonly commit: string;
    readonly image?: string;
    readonly url?: string;
  },
): Promise<Report> {
  const reportedAt = context.options.clock.now();
  const last = context.model.observations.reports.last(workspace, subject, body.kind);
  const incarnation = String(reportedAt).padStart(TIME_DIGITS, "0");
  const isBehind = last !== undefined && last.incarnation >= incarnation;
  sequence = Math.max(sequence, isBehind ? last.sequence : 0) + 1;
  const report: Report = {
    workspace,
    subject,
    kind: body.kind,
    commit: body.commit,
    image: body.image ?? "",
    url: body.url ?? "",
    actor: callerOf(request).actor,
    incarnation: isBehind ? last.incarnation : incarnation,
    sequence,
    reportedAt,
  };
  // One key a kind: of one subject the last report of each must survive compaction.
  const key = `${workspace}/${subject}/${report.kind}`;
  await appendObservation(context, "titan.report", key, encode("report", report));
  return report;
}

/** A build that names an image asks for it to be the workload's. */
async function proposeImage(
  context: ApiContext,
  request: FastifyRequest,
  workspace: string,
  workload: string,
  image: string,
) {
  const operation = operationOf(
    "PATCH",
    { kind: "Workload", workspace, name: workload },
    { spec: { image } },
    { mustNotExist: false, expected: null },
  );
  return await writeObjects(context, request, {
    workspace,
    operations: [operation],
    dryRun: false,
    single: true,
  });
}
