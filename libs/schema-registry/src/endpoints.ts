import { AvroSchema } from "@titan/schema-codec";
import { incompatibilities } from "./compatibility.ts";
import { registryAnswer, registryError, type RegistryAnswer } from "./registry-answer.ts";
import { COMPATIBILITY_LEVELS, type SchemaStore, type SubjectVersion } from "./schema-store.ts";

/** What a client sent. Everything in it may be anything. */
export interface RegistryRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** One endpoint of Confluent's REST API. It never throws, whatever is sent. */
export interface RegistryEndpoint {
  readonly method: "GET" | "POST" | "PUT";
  /** Below the registry's own path; `:name` for what is in the path. */
  readonly route: string;
  readonly summary: string;
  answer(store: SchemaStore, request: RegistryRequest): RegistryAnswer;
}

/** The largest body that an endpoint needs: the longest schema, as text within JSON. */
export const REGISTRY_BODY_BYTES_MAX = 160 * 1024;

const VERSION_MAX = 2 ** 31 - 1;

/** Everything that @kafkajs/confluent-schema-registry calls, and what common tools ask beside it. */
export const REGISTRY_ENDPOINTS: readonly RegistryEndpoint[] = [
  {
    method: "GET",
    route: "/schemas/types",
    summary: "The kinds of schemas",
    answer: () => registryAnswer(["AVRO"]),
  },
  {
    method: "GET",
    route: "/schemas/ids/:id",
    summary: "The schema with an id",
    answer: (store, { params: { id = "" } }) => {
      const schema = /^\d{1,10}$/.test(id) ? store.schema(Number(id)) : undefined;
      return schema === undefined
        ? registryError(404, 40403, `Schema ${id} not found`)
        : registryAnswer({ schema });
    },
  },
  {
    method: "GET",
    route: "/subjects",
    summary: "All subjects",
    answer: (store) => registryAnswer(store.subjects()),
  },
  {
    method: "GET",
    route: "/subjects/:subject/versions",
    summary: "The versions of a subject",
    answer: (store, { params: { subject = "" } }) => {
      const versions = store.versions(subject);
      if (versions === undefined) return noSubject(subject);
      return registryAnswer(versions.map(({ version }) => version));
    },
  },
  {
    method: "GET",
    route: "/subjects/:subject/versions/:version",
    summary: "One version of a subject, or the latest",
    answer: (store, { params }) =>
      withVersion(store, params, (found) => registryAnswer(described(found))),
  },
  {
    method: "GET",
    route: "/subjects/:subject/versions/:version/schema",
    summary: "The schema of one version, alone",
    answer: (store, { params }) =>
      withVersion(store, params, ({ text }) => registryAnswer(JSON.parse(text))),
  },
  {
    method: "POST",
    route: "/subjects/:subject",
    summary: "Whether a schema is registered under a subject, and under which id",
    answer: (store, { params: { subject = "" }, body }) => {
      const versions = store.versions(subject);
      if (versions === undefined) return noSubject(subject);
      return withSchema(body, (schema) => {
        const found = versions.findLast(
          ({ text }) => AvroSchema.parse(text)?.normal === schema.normal,
        );
        return found === undefined
          ? registryError(404, 40403, "Schema not found")
          : registryAnswer(described(found));
      });
    },
  },
  {
    method: "POST",
    route: "/subjects/:subject/versions",
    summary: "Registers a schema under a subject; one that is there keeps its id",
    answer: (store, { params: { subject = "" }, body }) =>
      withSchema(body, (schema, text) => {
        const outcome = store.register(subject, schema, text);
        return outcome.kind === "registered"
          ? registryAnswer({ id: outcome.id })
          : registryError(outcome.status, outcome.code, outcome.message);
      }),
  },
  {
    method: "POST",
    route: "/compatibility/subjects/:subject/versions/:version",
    summary: "Whether a schema is compatible with a version of a subject",
    answer: (store, { params, query, body }) =>
      withVersion(store, params, (found) =>
        withSchema(body, (schema) => {
          const level = store.level(params["subject"]) ?? store.level() ?? "NONE";
          const messages = incompatibilities(level, schema, [found]);
          const verbose = query["verbose"] === "true" ? { messages } : {};
          return registryAnswer({ is_compatible: messages.length === 0, ...verbose });
        }),
      ),
  },
  {
    method: "GET",
    route: "/config",
    summary: "The compatibility level",
    answer: (store) => registryAnswer({ compatibilityLevel: store.level() }),
  },
  {
    method: "PUT",
    route: "/config",
    summary: "Sets the compatibility level",
    answer: (store, { body }) => setLevel(store, body),
  },
  {
    method: "GET",
    route: "/config/:subject",
    summary: "The compatibility level that a subject has of its own",
    answer: (store, { params: { subject = "" }, query }) => {
      const fallback = query["defaultToGlobal"] === "true" ? store.level() : undefined;
      const compatibilityLevel = store.level(subject) ?? fallback;
      if (compatibilityLevel !== undefined) return registryAnswer({ compatibilityLevel });
      const message = `Subject '${subject}' does not have subject-level compatibility configured`;
      return registryError(404, 40408, message);
    },
  },
  {
    method: "PUT",
    route: "/config/:subject",
    summary: "Sets the compatibility level of a subject",
    answer: (store, { params: { subject }, body }) => setLevel(store, body, subject),
  },
];

function noSubject(subject: string): RegistryAnswer {
  return registryError(404, 40401, `Subject '${subject}' not found.`);
}

function described({ subject, id, version, text }: SubjectVersion): object {
  return { subject, id, version, schema: text };
}

function withVersion(
  store: SchemaStore,
  { subject = "", version = "" }: Readonly<Record<string, string>>,
  answer: (found: SubjectVersion) => RegistryAnswer,
): RegistryAnswer {
  const latest = version === "latest" || version === "-1";
  const wanted = /^\d{1,10}$/.test(version) ? Number(version) : 0;
  if (!latest && (wanted < 1 || wanted > VERSION_MAX)) {
    const allowed = `Allowed values are between [1, 2^31-1] and the string "latest"`;
    const message = `The specified version '${version}' is not a valid version id. ${allowed}`;
    return registryError(422, 42202, message);
  }
  const versions = store.versions(subject);
  if (versions === undefined) return noSubject(subject);
  const found = latest ? versions.at(-1) : versions.find((each) => each.version === wanted);
  return found === undefined
    ? registryError(404, 40402, `Version ${version} not found.`)
    : answer(found);
}

function withSchema(
  body: unknown,
  answer: (schema: AvroSchema, text: string) => RegistryAnswer,
): RegistryAnswer {
  const { schema: text, schemaType, references } = fieldsOf(body);
  if (schemaType !== undefined && schemaType !== null && schemaType !== "AVRO") {
    return registryError(422, 42201, "Invalid schema: only AVRO is known here");
  }
  if (Array.isArray(references) && references.length > 0) {
    return registryError(422, 42201, "Invalid schema: references are not known here");
  }
  const schema = typeof text === "string" ? AvroSchema.parse(text) : undefined;
  if (schema === undefined || typeof text !== "string") {
    return registryError(422, 42201, "Invalid schema: the text is no Avro schema, or too long");
  }
  return answer(schema, text);
}

function setLevel(store: SchemaStore, body: unknown, subject?: string): RegistryAnswer {
  const { compatibility } = fieldsOf(body);
  const upper = typeof compatibility === "string" ? compatibility.toUpperCase() : "";
  const level = COMPATIBILITY_LEVELS.find((each) => each === upper);
  if (level === undefined) {
    const allowed = COMPATIBILITY_LEVELS.join(", ");
    return registryError(
      422,
      42203,
      `Invalid compatibility level. Valid values are one of ${allowed}`,
    );
  }
  const refusal = store.setLevel(level, subject);
  return refusal === undefined
    ? registryAnswer({ compatibility: level })
    : registryError(422, 42205, refusal);
}

function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
}
