import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeAs, encode } from "./codec.ts";
import {
  decodeCurrent,
  encodeCurrent,
  encodePrevious,
  encodeStatement,
} from "./statement-bytes.ts";
import { outlineOf } from "./statement-outline.ts";
import { randomRecordOf } from "./testing/random-record.ts";

const RECORD = {
  revision: 1,
  index: 0,
  op: "UPDATE" as const,
  previous: null,
  current: { workspace: "default", host: "tim-pi", targets: ["default/lab"] },
  hash: 7n,
  changeId: "",
  actor: "",
  reason: "",
  occurredAt: 0,
  causes: [],
  processorVersion: 1,
};
const DERIVED = ["assignment", "host-deployment", "host-target", "rendered-deployment"] as const;

test.each(DERIVED)(
  "a %s that is put together from parts is what it is when it is encoded",
  (name) => {
    fc.assert(
      fc.property(randomRecordOf(name), (record) => {
        const previous = encodePrevious(name, record.previous).slice();
        const current = encodeCurrent(name, record.current);
        expect(encodeStatement(name, { ...record, origin: record }, previous, current)).toEqual(
          encode(name, record as never),
        );
      }),
    );
  },
);

test.each(DERIVED)("the current of a %s comes back from its bytes", (name) => {
  fc.assert(
    fc.property(randomRecordOf(name), (record) => {
      const read = decodeAs(name, encode(name, record as never));
      expect(decodeCurrent(name, encodeCurrent(name, record.current).slice())).toEqual(
        read.current,
      );
    }),
  );
});

test("where it is the whole value, what was current is the bytes of what is previous", () => {
  const current = { workspace: "default", host: "tim-pi", targets: ["default/lab"] };
  const bytes = encodeCurrent("host-target", current).slice();
  expect(encodePrevious("host-target", current)).toEqual(bytes);
});

test("files that are larger than the memory for parts are whole", () => {
  const text = "x".repeat(900_000);
  const pieces = [{ text, label: null, hostName: false }];
  const files = [{ path: "a", pieces, bytes: null, executable: false }];
  const current = {
    deployment: "default/prod",
    createdRevision: 1,
    digest: "d",
    hostLabels: [],
    files,
    problem: null,
  };
  const bytes = encodeCurrent("rendered-deployment", current).slice();
  expect(bytes.length).toBeGreaterThan(text.length);
  const read = decodeCurrent("rendered-deployment", bytes) as { files: typeof files };
  expect(read.files).toEqual(files);
});

test.each(DERIVED)("the outline of a %s is what the record says", (name) => {
  fc.assert(
    fc.property(randomRecordOf(name), (record) => {
      const { revision, hash, current, name: found } = outlineOf(encode(name, record as never));
      expect({ found, revision, hash }).toEqual({
        found: name,
        revision: record.revision,
        hash: record.hash,
      });
      expect(current).toEqual(encodeCurrent(name, record.current));
    }),
  );
});

test("bytes that are no statement have no outline", () => {
  const mark = encode("mark", { revision: 1, sum: 2n, count: 3 });
  expect(() => outlineOf(mark)).toThrowError(expect.objectContaining({ code: "wrong-record" }));
  const cut = encode("host-target", RECORD).subarray(0, -1);
  expect(() => outlineOf(cut)).toThrowError(expect.objectContaining({ code: "wrong-fields" }));
});
