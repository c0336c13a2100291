import type { EventLog, LogRecord, OnBatch, ReadBatch, Subscription } from "@titan/event-log";
import { createSimulatedLog, describeEventLog, eventLoopScheduler } from "@titan/event-log/testing";
import {
  CodecError,
  decode,
  encode,
  readSchema,
  readSubjects,
  type RecordName,
  schemaIdOf,
  toJson,
} from "@titan/schema-codec";
import { randomRecordOf } from "@titan/schema-codec/testing";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openRegistryLog } from "./open-registry-log.ts";
import { createReleasedStore } from "./released-store.ts";
import type { SchemaStore } from "./schema-store.ts";
import { openSchemaRegistry, type SchemaRegistry } from "./schema-registry.ts";
import { confluentClient } from "./testing/confluent-client.ts";
import { MemoryStore } from "./testing/memory-store.ts";
import { startRegistryServer, type RegistryServer } from "./testing/registry-server.ts";
import { withSchemaRegistry } from "./with-schema-registry.ts";

const NAMES = readSubjects() as readonly RecordName[];
const TOPIC = "titan.test";
const PER_RECORD = 10;

interface Setup {
  readonly server: RegistryServer;
  readonly registry: SchemaRegistry;
  /** With the registry's ids. */
  readonly raw: EventLog;
  /** With ours. */
  readonly log: EventLog;
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function setUp(store: SchemaStore = new MemoryStore()): Promise<Setup> {
  const server = await startRegistryServer(store);
  closing.push(() => server.close());
  const timing = { retryMsMin: 1, retryMsMax: 5, missingMs: 0, requestTimeoutMs: 5_000 };
  const registry = await openSchemaRegistry({ url: server.url, timing });
  const raw = createSimulatedLog();
  const log = withSchemaRegistry(raw, registry);
  closing.push(() => log.close());
  await log.createTopics([
    { name: TOPIC, partitions: 1, retention: { kind: "forever" }, durability: "rebuildable" },
  ]);
  return { server, registry, raw, log };
}

async function append(log: EventLog, ...values: readonly Uint8Array[]): Promise<void> {
  const records = values.map((value) => ({ key: "key", value }));
  await log.append([{ topic: TOPIC, partition: 0, records }]);
}

/** The first records of the topic, as soon as there are so many. */
async function read(log: EventLog, count: number, from = 0): Promise<readonly LogRecord[]> {
  const records: LogRecord[] = [];
  const done = Promise.withResolvers<void>();
  const subscription = log.subscribe({ topic: TOPIC, partition: 0, from }, (batch) => {
    records.push(...batch.records);
    if (records.length >= count) done.resolve();
  });
  await done.promise;
  await subscription.close();
  return records;
}

function refusal(value: Uint8Array): string {
  try {
    decode(value);
    return "accepted";
  } catch (error) {
    if (error instanceof CodecError) return error.code;
    throw error;
  }
}

function samples<N extends RecordName>(name: N): readonly Uint8Array[] {
  return fc
    .sample(randomRecordOf(name), { numRuns: PER_RECORD, seed: 11 })
    .map((value) => encode(name, value));
}

const mark = encode("mark", { revision: 3, sum: 1n, count: 1 });

describe("the contract", () => {
  let server: RegistryServer;
  beforeAll(async () => {
    server = await startRegistryServer(new MemoryStore());
  });
  afterAll(async () => await server.close());

  describeEventLog("a log with a schema registry", async () => {
    let aheadMs = 0;
    const scheduler = { ...eventLoopScheduler, now: () => Date.now() + aheadMs };
    const cluster = createSimulatedLog({ scheduler });
    const open = async (name: string): Promise<EventLog> =>
      await openRegistryLog(cluster.client(name), { url: server.url });
    const log = await open("first");
    return {
      log,
      reopen: async () => {
        await log.close();
        return await open("second");
      },
      compact: async () => cluster.compactNow(),
      advance: (ms) => void (aheadMs += ms),
      dispose: async () => {
        await log.close();
        await cluster.close();
      },
    };
  });
});

test.each([
  ["another registry", () => new MemoryStore()],
  ["another registry, whose ids are ours in another order", () => new MemoryStore({ firstId: 2 })],
  ["our own registry", () => createReleasedStore()],
])("with %s all records come back as they were", async (_, store) => {
  const { log, raw, registry } = await setUp(store());
  const values = NAMES.flatMap(samples);
  await append(log, ...values);
  const records = await read(log, values.length);
  expect(records.map(({ value }) => Buffer.from(value).toString("hex"))).toEqual(
    values.map((value) => Buffer.from(value).toString("hex")),
  );
  const onTopic = await read(raw, values.length);
  expect(onTopic.map(({ value }) => schemaIdOf(value))).toEqual(
    values.map((value) => registry.ids.get(schemaIdOf(value))),
  );
});

test.each(NAMES)("the client reads a %s that we wrote, and we one that it wrote", async (name) => {
  const { log, raw, server } = await setUp(new MemoryStore({ firstId: 5 }));
  const client = confluentClient(server.url);
  const values = samples(name);
  await append(log, ...values);
  const onTopic = await read(raw, values.length);
  const theirs: Uint8Array[] = [];
  for (const { value } of onTopic) {
    const content: unknown = await client.decode(Buffer.from(value));
    theirs.push(await client.encode(schemaIdOf(value), content));
  }
  await append(raw, ...theirs);
  const back = await read(log, values.length, (onTopic.at(-1)?.offset ?? 0) + 1);
  for (const [at, { value }] of back.entries()) {
    const [found, ours] = [decode(value), decode(values[at] ?? mark)];
    expect(found.name).toBe(name);
    expect(toJson(name, found.value as never)).toEqual(toJson(name, ours.value as never));
  }
});

test("what is not in the wire format passes as it is", async () => {
  const { log, raw } = await setUp();
  const values = [[], [0], [0, 0, 0, 0], [1, 0, 0, 0, 11, 5], [123, 125, 13, 10, 9]].map((bytes) =>
    Uint8Array.from(bytes),
  );
  await append(log, ...values);
  for (const each of [log, raw]) {
    const records = await read(each, values.length);
    expect(records.map(({ value }) => [...value])).toEqual(values.map((value) => [...value]));
  }
});

test("values are copied: neither the caller's nor the log's bytes are written into", async () => {
  const { log, raw } = await setUp();
  const shared = Buffer.concat([Buffer.from("xx"), mark]);
  const value = shared.subarray(2);
  await append(log, value);
  expect(Buffer.from(mark).equals(value)).toBe(true);
  const [before] = await read(raw, 1);
  const id = schemaIdOf(before?.value ?? value);
  await read(log, 1);
  const [after] = await read(raw, 1);
  expect([schemaIdOf(before?.value ?? value), schemaIdOf(after?.value ?? value)]).toEqual([id, id]);
});

interface RawSchema {
  readonly name: string;
  readonly namespace: string;
  readonly type: "record";
  readonly fields: readonly object[];
}
const PROPOSAL = readSchema("proposal.avsc") as unknown as RawSchema;
const grown = {
  ...PROPOSAL,
  fields: [{ name: "ticket", type: "string", default: "" }, ...PROPOSAL.fields],
} as never;

test("a record of a newer schema of ours is read as soon as the registry says what it is", async () => {
  const { log, raw, server, registry } = await setUp();
  const client = confluentClient(server.url);
  const { id } = await client.register(grown, { subject: "titan.proposal-value" });
  const [value] = fc.sample(randomRecordOf("proposal"), { numRuns: 1, seed: 5 });
  if (value === undefined) throw new Error("no proposal");
  await append(raw, await client.encode(id, { ...value, ticket: "T-1" }));
  const [record] = await read(log, 1);
  expect(decode(record?.value ?? mark)).toEqual({ name: "proposal", value });
  // Written again, as a dead letter's reader may, it has the registry's id.
  await append(log, record?.value ?? mark);
  expect(schemaIdOf((await read(raw, 2))[1]?.value ?? mark)).toBe(id);
  expect(registry.localId(id)).toBe(schemaIdOf(record?.value ?? mark));
  const asked = server.requests.filter((each) => each.endsWith(`/ids/${id}`));
  await read(log, 2);
  expect(server.requests.filter((each) => each.endsWith(`/ids/${id}`))).toEqual(asked);
});

const foreign = { type: "record", name: "Other", namespace: "shop", fields: PROPOSAL.fields };
const wrong = { ...PROPOSAL, fields: [{ name: "id", type: "double" }] };

test("a record that nobody can read, and one that hides behind an id of ours, are unknown", async () => {
  const store = new MemoryStore({ firstId: 500 });
  const { log, raw, server } = await setUp(store);
  const client = confluentClient(server.url);
  const other = await client.register(foreign as never);
  const unreadable = await client.register(wrong as never, { subject: "wrong" });
  const ids = [999, 7, other.id, unreadable.id];
  const values = ids.map((id) => {
    const value = Buffer.from(mark);
    value.writeUInt32BE(id, 1);
    return value;
  });
  await append(raw, ...values, Buffer.from("end"));
  const records = await read(log, values.length + 1);
  expect(records.slice(0, -1).map(({ value }) => refusal(value))).toEqual(
    ids.map(() => "unknown-schema"),
  );
  expect(records.map(({ value }) => schemaIdIn(value))).toEqual([
    999,
    2 ** 31 + 7,
    other.id,
    unreadable.id,
    undefined,
  ]);
  // Written back they are what they were.
  await append(log, ...records.map(({ value }) => value));
  const all = await read(raw, 2 * records.length);
  const hex = all.map(({ value }) => Buffer.from(value).toString("hex"));
  expect(hex.slice(records.length)).toEqual(hex.slice(0, records.length));
});

function schemaIdIn(value: Uint8Array): number | undefined {
  return refusal(value) === "not-avro" ? undefined : schemaIdOf(value);
}

test.each(["failing", "broken", "page"] as const)(
  "a registry that is %s holds what it must tell about, and all that comes after it",
  async (mood) => {
    const { log, raw, server } = await setUp();
    const client = confluentClient(server.url);
    const { id } = await client.register(grown, { subject: "titan.proposal-value" });
    const [value] = fc.sample(randomRecordOf("proposal"), { numRuns: 1, seed: 5 });
    const theirs = await client.encode(id, { ...value, ticket: "" });
    await append(log, mark);
    await append(raw, theirs);
    await append(log, mark);
    server.mood = mood;
    const names: string[] = [];
    const done = Promise.withResolvers<void>();
    const start = server.requests.length;
    const from = { topic: TOPIC, partition: 0, from: 0 };
    const subscription = log.subscribe(
      from,
      ({ records }) => {
        names.push(...records.map((record) => decode(record.value).name));
        if (names.length >= 3) done.resolve();
      },
      { maxRecords: 1 },
    );
    await server.until(start + 5);
    expect(names).toEqual(["mark"]);
    server.mood = "well";
    await done.promise;
    expect(names).toEqual(["mark", "proposal", "mark"]);
    await subscription.close();
  },
);

test("a reader that waits for the registry can be closed, and is not called any more", async () => {
  const { log, raw, server } = await setUp();
  const value = Buffer.from(mark);
  value.writeUInt32BE(999, 1);
  await append(raw, value);
  server.mood = "silent";
  let calls = 0;
  const start = server.requests.length;
  const subscription = log.subscribe({ topic: TOPIC, partition: 0, from: 0 }, () => {
    calls += 1;
  });
  await server.until(start + 1);
  await subscription.close();
  server.mood = "well";
  await log.close();
  expect(calls).toBe(0);
});

test("when the registry is closed while a batch waits, the reader gets no later one", async () => {
  const { raw, server, registry } = await setUp();
  let deliver: OnBatch | undefined;
  const subscribe = (_: unknown, onBatch: OnBatch): Subscription => {
    deliver = onBatch;
    return { close: async () => await Promise.resolve() };
  };
  const log = withSchemaRegistry(Object.create(raw, { subscribe: { value: subscribe } }), registry);
  const offsets: number[] = [];
  log.subscribe({ topic: TOPIC, partition: 0, from: 0 }, ({ records }) => {
    offsets.push(...records.map(({ offset }) => offset));
  });
  const batchOf = (offset: number, value: Uint8Array): ReadBatch => ({
    records: [{ key: "key", value, offset, timestampMs: 0 }],
    next: offset + 1,
  });
  const unknown = Buffer.from(mark);
  unknown.writeUInt32BE(999, 1);
  await deliver?.(batchOf(0, Buffer.from("plain")));
  server.mood = "silent";
  const start = server.requests.length;
  const waiting = deliver?.(batchOf(1, unknown));
  await server.until(start + 1);
  registry.close();
  await waiting;
  await deliver?.(batchOf(2, Buffer.from("plain")));
  expect(offsets).toEqual([0]);
});

test("a log whose registry refuses us is closed", async () => {
  const server = await startRegistryServer(new MemoryStore(), { mood: "page" });
  closing.push(() => server.close());
  let closed = 0;
  const log = createSimulatedLog();
  const watched: EventLog = Object.create(log, {
    close: {
      value: async () => {
        closed += 1;
        await log.close();
      },
    },
  });
  await expect(openRegistryLog(watched, { url: server.url })).rejects.toMatchObject({
    code: "registry-refused",
  });
  expect(closed).toBe(1);
});
