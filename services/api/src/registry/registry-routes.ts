import {
  createReleasedStore,
  REGISTRY_BODY_BYTES_MAX,
  REGISTRY_ENDPOINTS,
  REGISTRY_MEDIA_TYPE,
  registryError,
  type RegistryAnswer,
} from "@titan/schema-registry";
import type { FastifyError, FastifyInstance, FastifyReply } from "fastify";

/** What clients of a registry say that they send; some of them say nothing better than bytes. */
const BODY_MEDIA_TYPES = [
  REGISTRY_MEDIA_TYPE,
  "application/vnd.schemaregistry+json",
  "application/octet-stream",
];

/**
 * The schema registry, as Confluent's REST API: a world of its own, with its own media type and its
 * own errors, since its clients know nothing of ours. It answers from memory, and to anybody.
 */
export async function registryRoutes(app: FastifyInstance): Promise<void> {
  const store = createReleasedStore();
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeContentTypeParser("application/json");
  app.addContentTypeParser<string>(
    ["application/json", ...BODY_MEDIA_TYPES],
    { parseAs: "string" },
    (request, body, done) => {
      if (body === "") done(null, undefined);
      else void parse(request, body, done);
    },
  );
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) {
      request.log.error({ err: error, route: request.routeOptions.url }, "a request failed");
    }
    const message = status >= 500 ? "the registry could not answer this" : error.message;
    send(reply, registryError(status, status >= 500 ? 50_001 : status, message));
  });
  app.setNotFoundHandler((_request, reply) => {
    send(reply, registryError(404, 404, "HTTP 404 Not Found"));
  });
  for (const endpoint of REGISTRY_ENDPOINTS) {
    app.route({
      method: endpoint.method,
      url: endpoint.route,
      bodyLimit: REGISTRY_BODY_BYTES_MAX,
      schema: { tags: ["registry"], summary: endpoint.summary, security: [] },
      handler: (request, reply) => {
        const params = request.params as Readonly<Record<string, string>>;
        const query = request.query as Readonly<Record<string, unknown>>;
        send(reply, endpoint.answer(store, { params, query, body: request.body }));
      },
    });
  }
}

function send(reply: FastifyReply, { status, body }: RegistryAnswer): void {
  void reply.code(status).type(REGISTRY_MEDIA_TYPE).send(JSON.stringify(body));
}
