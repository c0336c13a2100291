import fc from "fast-check";
import { expect, test } from "vitest";
import {
  CodecError,
  decode,
  decodeAs,
  decoderOf,
  encode,
  fromJson,
  nameOf,
  toJson,
} from "./codec.ts";
import type { RecordName } from "./record-name.ts";
import { readSchema, readSubjects } from "./schema-files.ts";
import { randomRecordOf } from "./testing/random-record.ts";

const NAMES = readSubjects() as readonly RecordName[];
const ROUND_TRIPS = 60;
const FUZZ_RUNS = 3_000;
const HEADER_BYTES = 5;
const NOISE_BYTES = 900 * 1024;

/** The code of the `CodecError` that it throws; anything else that is thrown fails the test. */
function refusal(run: () => unknown): string {
  try {
    run();
    return "accepted";
  } catch (error) {
    if (error instanceof CodecError) return error.code;
    throw error;
  }
}

const mark = encode("mark", { revision: 3, sum: 1n, count: 1 });

test.each(NAMES)("a %s comes back as it was", (name) => {
  fc.assert(
    fc.property(randomRecordOf(name), (value) => {
      const bytes = encode(name, value);
      expect(nameOf(bytes)).toBe(name);
      expect(decode(bytes)).toEqual({ name, value });
    }),
    { numRuns: ROUND_TRIPS },
  );
});

const STATEMENTS = NAMES.filter((name) =>
  ["revision", "current", "hash"].every((field) =>
    readSchema(`${name}.avsc`).fields.some((each) => each.name === field),
  ),
);

test.each(STATEMENTS)("some fields of a %s are as in the whole", (name) => {
  const read = decoderOf(["hash", "current", "revision"]);
  fc.assert(
    fc.property(randomRecordOf(name), (value) => {
      const whole = value as unknown as Record<string, unknown>;
      const bytes = encode(name, value);
      const { name: found, value: part } = read(bytes);
      expect(found).toBe(name);
      expect({ ...(part as object) }).toEqual({
        revision: whole["revision"],
        current: whole["current"],
        hash: whole["hash"],
      });
      expect(refusal(() => read(bytes.subarray(0, -1)))).toBe("wrong-fields");
    }),
    { numRuns: ROUND_TRIPS },
  );
});

test.each(NAMES)("a %s comes back from its JSON form, through text", (name) => {
  fc.assert(
    fc.property(randomRecordOf(name), (value) => {
      const json: unknown = JSON.parse(JSON.stringify(toJson(name, value)));
      expect(fromJson(name, json)).toEqual(value);
    }),
    { numRuns: ROUND_TRIPS },
  );
});

test("the JSON form shows hashes in hexadecimal and bytes in base64, in events too", () => {
  expect(toJson("mark", { revision: 3, sum: 255n, count: 1 })).toEqual({
    revision: 3,
    sum: "00000000000000ff",
    count: 1,
  });
  const noun = fc.sample(randomRecordOf("commit"), { numRuns: 200, seed: 1 });
  const files = noun.flatMap((commit) =>
    commit.events.flatMap((event) =>
      event.kind === "Template" && event.current !== null && "files" in event.current
        ? event.current.files
            .filter((file) => file.bytes !== null)
            .map(() => toJson("commit", commit))
        : [],
    ),
  );
  expect(files.length).toBeGreaterThan(0);
  for (const json of files) expect(JSON.stringify(json)).not.toContain('"Buffer"');
});

test.each([
  ["a hash that is no text", "mark", { revision: 1, sum: 1, count: 0 }],
  ["a number that is a text", "mark", { revision: "1", sum: "0000000000000001", count: 0 }],
  ["a field that is missing", "mark", { revision: 1, count: 0 }],
  ["no object", "mark", null],
  ["bytes that are a length", "dead-letter", { ...letter(), value: { length: 4e9 } }],
  ["bytes that are no base64", "dead-letter", { ...letter(), value: "!" }],
] as const)("JSON with %s is wrong-fields", (_, name, json) => {
  expect(refusal(() => fromJson(name, json))).toBe("wrong-fields");
});

test("what the schema does not allow is not encoded", () => {
  const value = { revision: "3", sum: 1n, count: 1 } as never;
  expect(refusal(() => encode("mark", value))).toBe("wrong-fields");
  expect(refusal(() => encode("nothing" as never, value))).toBe("unknown-schema");
});

test("bytes may be any Uint8Array: the domain makes no Buffer", () => {
  const bytes = Uint8Array.from([0, 1, 2, 255]).subarray(1);
  const read = decodeAs("dead-letter", encode("dead-letter", { ...letter(), value: bytes }));
  expect(Buffer.from(bytes).equals(read.value)).toBe(true);
  const file = { path: "a", text: null, bytes, executable: false };
  const texts = { workspace: "w", name: "n", labels: {}, createdRevision: 1, defaults: "{}" };
  const current = { ...texts, files: [file], delimiters: [], verbatim: [] };
  const template = decodeAs("template", encode("template", { ...statement(), current }));
  expect(Buffer.from(bytes).equals(template.current?.files[0]?.bytes ?? new Uint8Array())).toBe(
    true,
  );
  const event = { kind: "Template", key: "w/n", op: "UPDATE", previous: null, current } as const;
  const commit = fc.sample(randomRecordOf("commit"), { numRuns: 1, seed: 5 })[0];
  if (commit === undefined) throw new Error("no commit");
  const [again] = decodeAs("commit", encode("commit", { ...commit, events: [event] })).events;
  expect(again?.current).toMatchObject({ files: [{ path: "a" }] });
});

test("what is no bytes is not encoded as bytes", () => {
  for (const value of ["text", 5, null, [1, 2]]) {
    expect(refusal(() => encode("dead-letter", { ...letter(), value } as never))).toBe(
      "wrong-fields",
    );
  }
});

test("a record that is larger than any before it is encoded whole", () => {
  const value = { ...letter(), value: Buffer.alloc(3 * 1024 * 1024, 7) };
  expect(decodeAs("dead-letter", encode("dead-letter", value))).toEqual(value);
});

test("bytes that are not in the wire format are not-avro", () => {
  for (const bytes of [[], [0], [0, 0, 0, 0], [1, 0, 0, 0, 11, 2]]) {
    expect(refusal(() => decode(Uint8Array.from(bytes)))).toBe("not-avro");
  }
});

test("an id that was never given is unknown-schema", () => {
  expect(refusal(() => decode(Uint8Array.from([0, 0xff, 0xff, 0xff, 0xff, 1])))).toBe(
    "unknown-schema",
  );
});

test("another record than the topic holds is wrong-record", () => {
  expect(refusal(() => decodeAs("frontier", mark))).toBe("wrong-record");
});

test.each(NAMES)(
  "a %s that is cut off anywhere, or has a byte too many, is wrong-fields",
  (name) => {
    const [value] = fc.sample(randomRecordOf(name), { numRuns: 1, seed: 7 });
    if (value === undefined) throw new Error("nothing to cut off");
    const bytes = encode(name, value);
    for (let length = HEADER_BYTES; length < bytes.length; length += 1) {
      expect(refusal(() => decode(bytes.subarray(0, length)))).toBe("wrong-fields");
    }
    expect(refusal(() => decode(Uint8Array.from([...bytes, 0])))).toBe("wrong-fields");
  },
);

test("a list that announces more items than there are bytes is refused before it is made", () => {
  const bytes = encode("proposal", { ...proposal(), operations: [] });
  for (const count of [
    [0xfe, 0xff, 0xff, 0x7f],
    [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f],
    [0xff, 0xff, 0xff, 0x7f, 0x02],
  ]) {
    const bomb = Uint8Array.from([...bytes.subarray(0, -1), ...count]);
    expect(refusal(() => decode(bomb))).toBe("wrong-fields");
  }
});

test("a selector that is nested deeper than the stack is refused", () => {
  const [head = 0, ...rest] = encode("target", {
    ...statement(),
    current: {
      workspace: "w",
      name: "n",
      labels: {},
      createdRevision: 1,
      selector: { op: "not", label: "", values: [], terms: [] },
    },
  });
  // The term's four fields, without the end of its list of terms, again and again.
  const level = [12, 0, 0, 2];
  const at = rest.lastIndexOf(12);
  const deep = Array.from({ length: 60_000 }, () => level).flat();
  const bytes = Uint8Array.from([head, ...rest.slice(0, at), ...deep]);
  expect(refusal(() => decode(bytes))).toBe("wrong-fields");
});

test("noise of 900 KiB behind any id is a CodecError and nothing else", () => {
  const noise = new Uint8Array(NOISE_BYTES);
  let seed = 1;
  for (let at = 0; at < noise.length; at += 1) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    noise[at] = seed >>> 24;
  }
  for (let id = 0; id <= NAMES.length + 1; id += 1) {
    noise.set([0, 0, 0, 0, id]);
    expect(refusal(() => decode(noise))).not.toBe("accepted");
  }
});

test("short noise is refused or is a record that can be written again", () => {
  const id = fc.integer({ min: 1, max: NAMES.length });
  const body = fc.uint8Array({ maxLength: 60 });
  let refused = 0;
  fc.assert(
    fc.property(id, body, (schema, bytes) => {
      const record = Uint8Array.from([0, 0, 0, 0, schema, ...bytes]);
      if (refusal(() => decode(record)) !== "accepted") refused += 1;
      else encode(decode(record).name, decode(record).value as never);
    }),
    { numRuns: FUZZ_RUNS },
  );
  expect(refused).toBeGreaterThan(FUZZ_RUNS / 2);
});

test("a record with one byte changed is refused or is another record, never anything else", () => {
  const changed = fc.tuple(fc.constantFrom(...NAMES), fc.nat(), fc.integer({ min: 1, max: 255 }));
  const samples = new Map(
    NAMES.map((name) => [name, fc.sample(randomRecordOf(name), { numRuns: 1, seed: 3 })[0]]),
  );
  fc.assert(
    fc.property(changed, ([name, place, by]) => {
      const bytes = encode(name, samples.get(name) as never);
      const at = HEADER_BYTES + (place % (bytes.length - HEADER_BYTES));
      bytes[at] = (bytes[at] ?? 0) ^ by;
      refusal(() => decode(bytes));
    }),
    { numRuns: FUZZ_RUNS },
  );
});

function letter() {
  const empty = { code: "", reason: "", processor: "", processorVersion: 1, key: "" };
  return { topic: "t", partition: 0, offset: 0, ...empty, value: Buffer.alloc(0) };
}

function proposal() {
  const empty = { workspace: "default", actor: "", reason: "", traceparent: "" };
  return { id: "p", seen: 0, proposedAt: 0, ...empty };
}

function statement() {
  const origin = { changeId: "", actor: "", reason: "", occurredAt: 0 };
  const empty = {
    index: 0,
    op: "UPDATE",
    previous: null,
    causes: [],
    processorVersion: 0,
  } as const;
  return { revision: 1, hash: 0n, ...origin, ...empty };
}
