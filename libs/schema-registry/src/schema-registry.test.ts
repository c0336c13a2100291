import { LEARNED_ID_MIN, readSchemaIds } from "@titan/schema-codec";
import { afterEach, expect, test } from "vitest";
import { registryAddress } from "./registry-address.ts";
import { createReleasedStore } from "./released-store.ts";
import type { SchemaStore } from "./schema-store.ts";
import { openSchemaRegistry, type SchemaRegistryOptions } from "./schema-registry.ts";
import { registeredSubjectsOf, releasedSchemas } from "./subjects.ts";
import { MemoryStore } from "./testing/memory-store.ts";
import {
  startRegistryServer,
  type RegistryServer,
  type RegistryServerOptions,
} from "./testing/registry-server.ts";

const OURS = readSchemaIds().map(({ id }) => id);
const QUICK = { retryMsMin: 1, retryMsMax: 5 } as const;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function serve(
  store: SchemaStore,
  options: RegistryServerOptions = {},
): Promise<RegistryServer> {
  const server = await startRegistryServer(store, options);
  closing.push(() => server.close());
  return server;
}

async function open(
  { url }: RegistryServer,
  options: Partial<SchemaRegistryOptions> = {},
): ReturnType<typeof openSchemaRegistry> {
  const registry = await openSchemaRegistry({ url, timing: QUICK, ...options });
  closing.push(async () => registry.close());
  return registry;
}

test("every schema is registered under its subjects, and each gets its id", async () => {
  const store = new MemoryStore();
  const registry = await open(await serve(store));
  expect([...registry.ids.keys()]).toEqual(OURS);
  for (const schema of releasedSchemas()) {
    const id = registry.ids.get(schema.id) ?? 0;
    expect(id).toBeGreaterThanOrEqual(100);
    expect(store.schema(id)).toBe(schema.text);
    for (const subject of registeredSubjectsOf(schema)) {
      expect([subject, store.versions(subject)?.map((each) => each.id)]).toEqual([subject, [id]]);
    }
    expect([registry.registryId(schema.id), registry.localId(id)]).toEqual([id, schema.id]);
  }
});

test("a second start finds all there is, registers nothing and changes no level", async () => {
  const store = new MemoryStore();
  const server = await serve(store);
  const first = await open(server);
  const writes = (): readonly string[] =>
    server.requests.filter((request) => /^PUT|^POST .*\/versions$/.test(request));
  const before = writes();
  expect(before.filter((request) => request.startsWith("PUT"))).toEqual([]);
  const second = await open(server);
  expect(writes()).toEqual(before);
  expect(second.ids).toEqual(first.ids);
});

test("several processes that start at once agree", async () => {
  const server = await serve(new MemoryStore());
  const registries = await Promise.all(Array.from({ length: 5 }, () => open(server)));
  for (const { ids } of registries) expect(ids).toEqual(registries[0]?.ids);
});

test("a registry with ids of its own per subject is read under all of them", async () => {
  const store = new MemoryStore({ idsPerSubject: true });
  const registry = await open(await serve(store));
  const host = releasedSchemas().find(({ record }) => record === "host");
  if (host === undefined) throw new Error("no host");
  const ids = registeredSubjectsOf(host).map((subject) => store.versions(subject)?.[0]?.id ?? 0);
  expect(new Set(ids).size).toBe(2);
  for (const id of ids) expect(registry.localId(id)).toBe(host.id);
  expect(registry.registryId(host.id)).toBe(ids[0]);
});

test.each(["NONE", "FULL_TRANSITIVE", "FORWARD"] as const)(
  "a subject may have the level %s, and keeps it",
  async (level) => {
    const store = new MemoryStore();
    store.setLevel(level, "titan.host-value");
    await open(await serve(store));
    expect(store.level("titan.host-value")).toBe(level);
    expect(store.versions("titan.host-value")).toHaveLength(1);
  },
);

test("our own registry has the same ids as we have, and takes our schemas", async () => {
  const registry = await open(await serve(createReleasedStore()));
  expect([...registry.ids]).toEqual(OURS.map((id) => [id, id]));
});

test("user and password are sent", async () => {
  const server = await serve(new MemoryStore(), { credentials: "titan:p:ss wörd" });
  const address = registryAddress(server.url.replace("//", "//titan:p%3Ass%20w%C3%B6rd@"));
  if (address === undefined) throw new Error("no address");
  const registry = await open(server, address);
  expect(registry.ids.size).toBe(OURS.length);
  expect(await registry.lookUp(9_999)).toBe(9_999);
  await expect(open(server, { user: "titan", password: "other" })).rejects.toMatchObject({
    code: "registry-not-allowed",
  });
});

test("a registry that is not well at first is waited for", async () => {
  const server = await serve(new MemoryStore(), { mood: "broken" });
  const opening = open(server);
  await server.until(30);
  server.mood = "failing";
  await server.until(60);
  server.mood = "well";
  expect((await opening).ids.size).toBe(OURS.length);
});

test("a registry that never answers is an error in the end", async () => {
  const server = await serve(new MemoryStore(), { mood: "silent" });
  const timing = { ...QUICK, requestTimeoutMs: 20, startTimeoutMs: 300 };
  await expect(open(server, { timing })).rejects.toMatchObject({ code: "registry-unreachable" });
});

test("what is no registry, and one that has another schema there, refuse us", async () => {
  const page = await serve(new MemoryStore(), { mood: "page" });
  await expect(open(page)).rejects.toMatchObject({ code: "registry-refused" });
  const store = new MemoryStore();
  const [mark] = releasedSchemas().filter(({ record }) => record === "mark");
  const text = (mark?.text ?? "").replaceAll('"long"', '"string"');
  const { AvroSchema } = await import("@titan/schema-codec");
  const other = AvroSchema.parse(text);
  if (other === undefined) throw new Error("no schema");
  store.register("titan.Mark", other, text);
  await expect(open(await serve(store))).rejects.toMatchObject({
    code: "registry-refused",
    message: expect.stringContaining("can not read"),
  });
});

test("an id is asked for once while it is missing, and again after that", async () => {
  const store = new MemoryStore();
  const server = await serve(store);
  const patient = await open(server);
  const quick = await open(server, { timing: { ...QUICK, missingMs: 0 } });
  const asked = (): number => server.requests.filter((each) => each.endsWith("/ids/900")).length;
  await Promise.all([patient.lookUp(900), patient.lookUp(900), patient.lookUp(900)]);
  expect(await patient.lookUp(900)).toBe(900);
  expect(asked()).toBe(1);
  expect(await quick.lookUp(900)).toBe(900);
  expect(await quick.lookUp(900)).toBe(900);
  expect(asked()).toBe(3);
});

test("what can be no id of a registry is asked of nobody", async () => {
  const server = await serve(new MemoryStore());
  const registry = await open(server);
  const before = server.requests.length;
  for (const id of [0, 2 ** 31, 2 ** 32 - 1]) expect(await registry.lookUp(id)).toBe(id);
  expect(server.requests.length).toBe(before);
});

test("an id that is another's there and ours here is read as nobody's, and written as it was", async () => {
  const registry = await open(await serve(new MemoryStore()));
  for (const id of [7, LEARNED_ID_MIN + 3]) {
    const local = (await registry.lookUp(id)) ?? 0;
    expect(OURS).not.toContain(local);
    expect(local).toBeGreaterThan(2 ** 31);
    expect(registry.registryId(local)).toBe(id);
  }
});

test("a registry that is closed answers no more questions", async () => {
  const server = await serve(new MemoryStore());
  const registry = await open(server);
  server.mood = "silent";
  const before = server.requests.length;
  const asking = registry.lookUp(900);
  await server.until(before + 1);
  registry.close();
  expect(await asking).toBeUndefined();
  expect(await registry.lookUp(901)).toBeUndefined();
});

test.each([
  ["http://registry", { url: "http://registry" }],
  ["https://registry:8081/path/", { url: "https://registry:8081/path" }],
  ["http://me:s%40cret@registry:1", { url: "http://registry:1", user: "me", password: "s@cret" }],
  ["http://[::1]:8081", { url: "http://[::1]:8081" }],
  ["registry:8081", undefined],
  ["ftp://registry", undefined],
  ["http://", undefined],
  ["http://registry?x=1", undefined],
  ["http://a%zz@registry", undefined],
])("%s is %j", (text, address) => {
  expect(registryAddress(text)).toEqual(address);
});
