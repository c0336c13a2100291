import { connect } from "node:net";
import {
  decode,
  encode,
  readSchema,
  readSchemaIds,
  type RecordName,
  schemaIdOf,
} from "@titan/schema-codec";
import { randomRecordOf } from "@titan/schema-codec/testing";
import { openSchemaRegistry } from "@titan/schema-registry";
import { confluentClient } from "@titan/schema-registry/testing";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startStack, type Stack } from "../testing/stack.ts";

const MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";
const LEVEL = "FULL_TRANSITIVE";
const XML = "<schema/>";

let stack: Stack;
let url: string;

beforeAll(async () => {
  stack = await startStack({ views: false });
  url = `${await stack.api.app.listen({ host: "127.0.0.1", port: 0 })}/registry`;
});
afterAll(async () => await stack.close());

test.each(readSchemaIds())(
  "a client of the API's registry reads and writes a $subject",
  async (row) => {
    const name = row.subject as RecordName;
    const client = confluentClient(url);
    const schema = readSchema(row.file) as unknown as Parameters<typeof client.register>[0];
    const compatibility = LEVEL as NonNullable<
      Parameters<typeof client.register>[1]["compatibility"]
    >;
    expect(await client.register(schema, { compatibility, subject: row.subject })).toEqual({
      id: row.id,
    });
    for (const value of fc.sample(randomRecordOf(name), { numRuns: 5, seed: 3 })) {
      const bytes = encode(name, value);
      const theirs = await client.encode(row.id, await client.decode(Buffer.from(bytes)));
      expect(schemaIdOf(theirs)).toBe(row.id);
      expect(decode(theirs)).toEqual(decode(bytes));
    }
  },
);

test("Titan's own processes may use it as any other registry, and it has the ids that they have", async () => {
  const registry = await openSchemaRegistry({ url });
  expect([...registry.ids]).toEqual(readSchemaIds().map(({ id }) => [id, id]));
  registry.close();
});

test("answers are Confluent's, whoever asks and however", async () => {
  for (const type of ["application/json", MEDIA_TYPE, "application/octet-stream"]) {
    const response = await fetch(`${url}/subjects/host`, {
      method: "POST",
      headers: { "content-type": type, authorization: "Bearer nonsense" },
      body: JSON.stringify({ schema: JSON.stringify(readSchema("host.avsc")) }),
    });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toContain(MEDIA_TYPE);
    expect(await response.json()).toMatchObject({ subject: "host", version: 1 });
  }
});

test.each<readonly [string, number, number, string, RequestInit]>([
  ["no JSON", 400, 400, "/subjects/host", { method: "POST", body: "{" }],
  ["no body", 422, 42_201, "/subjects/host", { method: "POST" }],
  ["another media type", 415, 415, "/subjects/host", { method: "POST", body: XML }],
  ["a body that is too large", 413, 413, "/subjects/host", { method: "POST", body: large() }],
  ["another path", 404, 404, "/nothing", {}],
  ["another method", 404, 404, "/subjects/host", { method: "DELETE" }],
  ["a prototype", 400, 400, "/config", { method: "PUT", body: '{"__proto__": {"a": 1}}' }],
  ["a name that is no subject", 404, 40_401, "/subjects/%2F..%00/versions", {}],
])("%s is refused with %i %i", async (_, status, code, path, init) => {
  const response = await fetch(`${url}${path}`, {
    ...init,
    headers: { "content-type": init.body === XML ? "text/xml" : "application/json" },
  });
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toContain(MEDIA_TYPE);
  expect(await response.json()).toEqual({
    error_code: code,
    message: expect.stringMatching(/./),
  });
});

function large(): string {
  return JSON.stringify({ schema: "x".repeat(200_000) });
}

test("noise on the wire is answered with an error of the client", async () => {
  const { port, hostname } = new URL(url);
  const noise = (body: Uint8Array): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      let text = "";
      socket.on("data", (part) => (text += part.toString("latin1")));
      socket.on("end", () => resolve(text));
      socket.on("error", reject);
      const head = `POST /registry/subjects/host/versions HTTP/1.1\r\nhost: x\r\nconnection: close\r\n`;
      socket.write(`${head}content-type: ${MEDIA_TYPE}\r\ncontent-length: ${body.length}\r\n\r\n`);
      socket.write(body);
    });
  const bodies = fc.sample(fc.uint8Array({ minLength: 1, maxLength: 500 }), {
    numRuns: 50,
    seed: 1,
  });
  for (const body of bodies) expect(await noise(body)).toMatch(/^HTTP\/1\.1 4\d\d /);
});
