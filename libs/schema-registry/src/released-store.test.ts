import { COMPATIBILITY } from "@kafkajs/confluent-schema-registry";
import { STREAMS } from "@titan/domain";
import {
  decode,
  encode,
  readSchema,
  readSchemaIds,
  type RecordName,
  schemaIdOf,
  toJson,
} from "@titan/schema-codec";
import { randomRecordOf } from "@titan/schema-codec/testing";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createReleasedStore } from "./released-store.ts";
import { REGISTRY_ENDPOINTS } from "./endpoints.ts";
import { confluentClient } from "./testing/confluent-client.ts";
import { startRegistryServer, type RegistryServer } from "./testing/registry-server.ts";
import { releasedSchemas, subjectsOf } from "./subjects.ts";

const SCHEMAS = readSchemaIds();
const FULL = { compatibility: COMPATIBILITY.FULL_TRANSITIVE } as const;
const schemaOf = (file: string): RawSchema => readSchema(file) as unknown as RawSchema;
type RawSchema = Parameters<ReturnType<typeof confluentClient>["getRegistryIdBySchema"]>[1];

let server: RegistryServer;
beforeAll(async () => {
  server = await startRegistryServer(createReleasedStore());
});
afterAll(async () => await server.close());

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function ask(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${server.url}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

/** As JSON compares: hashes as eight bytes, which is what a client without our types has. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, part: unknown) => {
      if (typeof part === "bigint") return part.toString(16).padStart(16, "0");
      if (isBufferJson(part)) return Buffer.from(part.data).toString("hex");
      if (part instanceof Uint8Array) return Buffer.from(part).toString("hex");
      return part;
    }),
  );
}

function isBufferJson(part: unknown): part is { readonly data: readonly number[] } {
  return typeof part === "object" && part !== null && "type" in part && part.type === "Buffer";
}

/** The events of a commit as Avro libraries have them: the branch of a union names its value. */
function wrapped(name: RecordName, value: unknown): unknown {
  if (name !== "commit") return value;
  const commit = value as { readonly events: readonly { readonly kind: string }[] };
  const wrap = (kind: string, content: unknown): unknown =>
    content === null ? null : { [`titan.${kind}`]: content };
  return {
    ...commit,
    events: commit.events.map((event) => ({
      ...event,
      previous: wrap(event.kind, "previous" in event ? event.previous : null),
      current: wrap(event.kind, "current" in event ? event.current : null),
    })),
  };
}

test.each(SCHEMAS)(
  "$subject: what we write is read by the client, and the other way",
  async (row) => {
    const name = row.subject as RecordName;
    const client = confluentClient(server.url);
    await fc.assert(
      fc.asyncProperty(randomRecordOf(name), async (value) => {
        const bytes = encode(name, value);
        const read: unknown = await client.decode(Buffer.from(bytes));
        expect(plain(read)).toEqual(plain(wrapped(name, value)));
        const theirs = await client.encode(row.id, read);
        expect(schemaIdOf(theirs)).toBe(row.id);
        const { value: again } = decode(theirs);
        expect(toJson(name, again as never)).toEqual(toJson(name, value));
      }),
      { numRuns: 20 },
    );
  },
);

test.each(releasedSchemas())("$fullName is registered under each of its subjects", async (row) => {
  const client = confluentClient(server.url);
  const schema = schemaOf(`${row.record}.avsc`);
  for (const subject of [row.record, ...subjectsOf(row)]) {
    expect([subject, await client.getLatestSchemaId(subject)]).toEqual([subject, row.id]);
    expect(await client.getRegistryId(subject, row.version)).toBe(row.id);
    expect(await client.getRegistryIdBySchema(subject, schema)).toBe(row.id);
    expect(await client.register(schema as never, { ...FULL, subject })).toEqual({ id: row.id });
  }
  // Without a subject the client takes the full name.
  expect(await client.register(schema as never, FULL)).toEqual({ id: row.id });
});

test("every topic has its subjects, and those of a host or a deployment have them too", async () => {
  const { body: subjects } = await ask("GET", "/subjects");
  for (const { topic, record, marked } of STREAMS) {
    const name = topic.replaceAll(/<\w+>/g, "tim-pi");
    const { fullName = "", id } = releasedSchemas().find((each) => each.record === record) ?? {};
    const expected = [`${name}-value`, `${name}-${fullName}`];
    for (const subject of expected) {
      const answer = await ask("GET", `/subjects/${subject}/versions/latest`);
      expect(answer).toMatchObject({ status: 200, body: { subject, id, version: 1 } });
      expect([subject, (subjects as string[]).includes(subject)]).toEqual([
        subject,
        name === topic,
      ]);
    }
    const mark = await ask("GET", `/subjects/${name}-titan.Mark/versions`);
    expect([name, mark.status]).toEqual([name, marked ? 200 : 404]);
  }
});

const HOST = readSchema("host.avsc");
const grown = (field: object): string =>
  JSON.stringify({ ...HOST, fields: [...HOST.fields, field] });
const compatible = grown({ name: "more", type: "string", default: "" });
const incompatible = grown({ name: "more", type: "string" });
const text = (schema: string): object => ({ schema });

test("a schema that is equal but for its writing gets the same id, under any subject", async () => {
  const { fields, namespace, name } = HOST;
  const written = JSON.stringify({ fields, name: `${namespace}.${name}`, type: "record" }, null, 2);
  const answer = await ask("POST", "/subjects/a-copy-value/versions", text(written));
  expect(answer).toEqual({ status: 200, body: { id: 7 } });
  expect(await ask("POST", "/subjects/titan.HostRecord", text(written))).toMatchObject({
    body: { subject: "titan.HostRecord", id: 7, version: 1, schema: JSON.stringify(HOST) },
  });
});

test.each<readonly [string, string, number, number, unknown]>([
  ["GET", "/schemas/ids/99", 404, 40403, undefined],
  ["GET", "/schemas/ids/host", 404, 40403, undefined],
  ["GET", "/schemas/ids/99999999999999999999", 404, 40403, undefined],
  ["GET", "/subjects/other/versions", 404, 40401, undefined],
  ["GET", "/subjects/other/versions/latest", 404, 40401, undefined],
  ["GET", "/subjects/titan.host.A.b-value/versions", 404, 40401, undefined],
  ["GET", "/subjects/host/versions/2", 404, 40402, undefined],
  ["GET", "/subjects/host/versions/2/schema", 404, 40402, undefined],
  ["GET", "/subjects/host/versions/0", 422, 42202, undefined],
  ["GET", "/subjects/host/versions/first", 422, 42202, undefined],
  ["POST", "/subjects/other", 404, 40401, text(compatible)],
  ["POST", "/subjects/host", 404, 40403, text(compatible)],
  ["POST", "/subjects/host", 422, 42201, text("{")],
  ["POST", "/subjects/host", 422, 42201, null],
  ["POST", "/subjects/host", 422, 42201, []],
  ["POST", "/subjects/host/versions", 422, 42201, { schema: 5 }],
  ["POST", "/subjects/host/versions", 422, 42201, { schema: "{}", schemaType: "JSON" }],
  ["POST", "/subjects/host/versions", 422, 42201, { ...text(compatible), references: [{}] }],
  ["POST", "/subjects/host/versions", 422, 42205, text(compatible)],
  ["POST", "/subjects/titan.host-value/versions", 409, 409, text(incompatible)],
  ["POST", "/subjects/other/versions", 422, 42205, text(compatible)],
  ["GET", "/config/host", 404, 40408, undefined],
  ["PUT", "/config/host", 422, 42205, { compatibility: "NONE" }],
  ["PUT", "/config", 422, 42205, { compatibility: "BACKWARD" }],
  ["PUT", "/config", 422, 42203, { compatibility: "SOME" }],
  ["PUT", "/config/host", 422, 42203, {}],
  ["POST", "/compatibility/subjects/host/versions/2", 404, 40402, text(compatible)],
  ["POST", "/compatibility/subjects/other/versions/1", 404, 40401, text(compatible)],
  ["POST", "/compatibility/subjects/host/versions/1", 422, 42201, text("[")],
])("%s %s can be %i %i", async (method, path, status, code, body) => {
  expect(await ask(method, path, body)).toEqual({
    status,
    body: { error_code: code, message: expect.stringMatching(/./) },
  });
});

test("what is refused though it is compatible is told why", async () => {
  const { body } = await ask("POST", "/subjects/host/versions", text(compatible));
  expect(body).toMatchObject({ message: expect.stringContaining("released with Titan") });
});

test("compatibility is asked for both ways", async () => {
  const path = "/compatibility/subjects/titan.host-value/versions/latest";
  expect(await ask("POST", path, text(compatible))).toEqual({
    status: 200,
    body: { is_compatible: true },
  });
  const gone = JSON.stringify({ ...HOST, fields: HOST.fields.slice(1) });
  for (const each of [incompatible, gone]) {
    expect(await ask("POST", `${path}?verbose=true`, text(each))).toMatchObject({
      body: { is_compatible: false, messages: [expect.stringContaining("can not read")] },
    });
  }
});

test("the level is told, and may be set to what it is", async () => {
  const level = "FULL_TRANSITIVE";
  expect(await ask("GET", "/config")).toMatchObject({ body: { compatibilityLevel: level } });
  expect(await ask("GET", "/config/host?defaultToGlobal=true")).toMatchObject({
    body: { compatibilityLevel: level },
  });
  for (const path of ["/config", "/config/host"]) {
    expect(await ask("PUT", path, { compatibility: "full_transitive" })).toEqual({
      status: 200,
      body: { compatibility: level },
    });
  }
  expect(await ask("GET", "/schemas/types")).toEqual({ status: 200, body: ["AVRO"] });
  expect(await ask("GET", "/subjects/host/versions/1/schema")).toMatchObject({
    body: { name: "HostRecord", namespace: "titan" },
  });
});

test("no request whatever makes an endpoint throw", () => {
  const store = createReleasedStore();
  const anything = fc.anything({ withNullPrototype: true });
  const body = fc.oneof(anything, fc.record({ schema: fc.oneof(fc.json(), anything) }));
  const params = fc.record({ subject: fc.string(), version: fc.string(), id: fc.string() });
  const known = fc.constant({ subject: "host", version: "1", id: "7" });
  fc.assert(
    fc.property(
      fc.constantFrom(...REGISTRY_ENDPOINTS),
      fc.oneof(params, known),
      body,
      (endpoint, names, content) => {
        const request = { params: names, query: {}, body: content };
        expect(endpoint.answer(store, request).status).toBeLessThan(500);
      },
    ),
    { numRuns: 2_000 },
  );
});
