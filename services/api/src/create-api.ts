import fastifySwagger from "@fastify/swagger";
import Fastify, { LogController, type FastifyInstance } from "fastify";
import { requireAccessRow } from "./access.ts";
import { answerProblem, problemOf } from "./answer-problem.ts";
import type { ApiContext } from "./api-context.ts";
import { API_TIMING, type ApiOptions } from "./api-options.ts";
import { EventConnections } from "./gateway/event-connections.ts";
import { Gateway } from "./gateway/gateway.ts";
import { registerGatewayRoutes } from "./gateway/gateway-routes.ts";
import { guard } from "./guard.ts";
import { createMetrics } from "./metrics.ts";
import { registerReportRoutes } from "./observations/report-routes.ts";
import { registerStatusRoutes } from "./observations/status-routes.ts";
import { ApiProblem } from "./problem.ts";
import { ReadModel } from "./read-model/read-model.ts";
import type { LineWriter } from "./replay/line-writer.ts";
import { registerReplayRoutes } from "./replay/replay-routes.ts";
import { registryRoutes } from "./registry/registry-routes.ts";
import { registerAssignmentRoutes } from "./routes/assignment-routes.ts";
import { registerChangeRoutes } from "./routes/change-routes.ts";
import { registerListRoutes } from "./routes/list-routes.ts";
import { registerObjectRoutes } from "./routes/object-routes.ts";
import { registerServerRoutes } from "./routes/server-routes.ts";
import { registerTokenRoutes } from "./routes/token-routes.ts";
import { registerWhyRoute } from "./why/why-route.ts";
import { Submitter } from "./writes/submitter.ts";

/** Twice a record as JSON with base64; what is larger can not become a change. */
const BODY_BYTES_MAX = 4 * 1024 * 1024;
const REQUEST_TIMEOUT_MS = 60_000;
const CONNECTION_TIMEOUT_MS = 120_000;
const KEEP_ALIVE_TIMEOUT_MS = 72_000;

export interface Api {
  /** For `inject` and for listening. */
  readonly app: FastifyInstance;
  readonly context: ApiContext;
  close(): Promise<void>;
}

/** The API without a socket. It folds from now on, and answers what it can at any time. */
export async function createApi(options: ApiOptions): Promise<Api> {
  const { log, clock, installation, logger } = options;
  const timing = { ...API_TIMING, ...options.timing };
  const model = await ReadModel.open({
    log,
    clock,
    installation,
    path: options.readModelPath,
    onError: (error) => logger.error({ err: error }, "the read model can not go on"),
  });
  const submitter = new Submitter(log, clock, model.nouns, timing.verdictTimeoutMs);
  const gateway = new Gateway(model, installation.id);
  const replays = new Set<LineWriter>();
  const connections = new EventConnections(model, replays, timing.keepAliveMs);
  const context: ApiContext = {
    options,
    timing,
    model,
    submitter,
    gateway,
    connections,
    replays,
  };
  const app = await buildApp(context);
  const shutDown = async (): Promise<void> => {
    gateway.close();
    connections.closeAll();
    for (const lines of replays) lines.end();
    // Whoever waits is answered now, so that no request holds the server up.
    model.endWaits();
    await app.close();
    await model.close();
  };
  let closing: Promise<void> | undefined;
  return { app, context, close: () => (closing ??= shutDown()) };
}

async function buildApp(context: ApiContext): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: context.options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    // A stream's name holds two names of up to 63 characters.
    routerOptions: { maxParamLength: 256 },
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: true } },
    frameworkErrors: (error, request, reply) => answerProblem(problemOf(error), request, reply),
  });
  app.addHook("onRoute", ({ method, url }) => {
    for (const each of [method].flat()) requireAccessRow(each, url);
  });
  app.addHook("onRequest", (request, _reply, done) => {
    guard(context, request);
    done();
  });
  app.addHook("onSend", (_request, reply, payload, done) => {
    if (!reply.hasHeader("titan-revision")) {
      void reply.header("titan-revision", context.model.nouns.revision);
    }
    done(null, payload);
  });
  const metrics = createMetrics(context);
  app.addHook("onResponse", (request, reply, done) => {
    const route = request.routeOptions.url ?? "none";
    metrics.request(request.method, route, reply.statusCode, reply.elapsedTime / 1_000);
    done();
  });
  app.setErrorHandler(answerProblem);
  app.setNotFoundHandler((request, reply) => {
    answerProblem(ApiProblem.of("no-such-route", "there is nothing here"), request, reply);
  });
  // Schemas document the answers; they do not cut them.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  acceptJson(app);
  await app.register(fastifySwagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "Titan", version: context.options.version ?? "0.1.0" },
      components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
      security: [{ token: [] }],
    },
  });
  await app.register(async (routes) => {
    registerObjectRoutes(routes, context);
    registerListRoutes(routes, context);
    registerChangeRoutes(routes, context);
    registerTokenRoutes(routes, context);
    registerGatewayRoutes(routes, context);
    registerAssignmentRoutes(routes, context);
    registerReplayRoutes(routes, context);
    registerWhyRoute(routes, context);
    registerStatusRoutes(routes, context);
    registerReportRoutes(routes, context);
    registerServerRoutes(routes, context);
    await routes.register(registryRoutes, { prefix: "/registry" });
    routes.get(
      "/metrics",
      { schema: { tags: ["server"], summary: "What Prometheus reads" } },
      async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()),
    );
  });
  await app.ready();
  return app;
}

/** A body may be left out, and a patch may say that it is one. */
function acceptJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>(
    ["application/json", "application/merge-patch+json"],
    { parseAs: "string" },
    (request, body, done) => {
      if (body === "") done(null, undefined);
      else void parse(request, body, done);
    },
  );
}
