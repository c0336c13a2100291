import { expect, test } from "vitest";
import { cloudEventHeaders, cloudEventId } from "./cloud-event.ts";
import { decode, encode } from "./codec.ts";
import { readSchema, readSchemaIds } from "./schema-files.ts";
import type { RecordName } from "./record-name.ts";

const mark = (revision: number): Uint8Array => encode("mark", { revision, sum: 7n, count: 1 });

test.each([0, 1, 63, 64, 8_191, 8_192, 1_000_000, 2 ** 40])(
  "a record is named by its revision, %d",
  (revision) => {
    expect(cloudEventId("t", "k", "mark", mark(revision))).toBe(`t/k/${revision}`);
  },
);

test("which records begin with their revision is as the schemas say", () => {
  for (const { subject, file } of readSchemaIds()) {
    const [first] = (readSchema(file) as { fields: readonly { name: string }[] }).fields;
    const id = cloudEventId("t", "k", subject as RecordName, mark(12));
    expect([subject, id === "t/k/12"]).toEqual([subject, first?.name === "revision"]);
  }
});

test("the headers are those of CloudEvents' binary mode", () => {
  expect(cloudEventHeaders("titan.host-target", "default/a", mark(3))).toEqual([
    ["ce_specversion", "1.0"],
    ["ce_id", "titan.host-target/default/a/3"],
    ["ce_source", "/titan/titan.host-target"],
    ["ce_type", "titan.mark"],
    ["content-type", "application/avro"],
  ]);
});

test("a proposal hands its trace on, and repeats under one id", () => {
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const value = encode("proposal", {
    id: "p",
    seen: 0,
    workspace: "default",
    actor: "a",
    reason: "",
    proposedAt: 1,
    traceparent,
    operations: [],
  });
  const headers = cloudEventHeaders("titan.proposal", "default", value);
  expect(headers.at(-1)).toEqual(["traceparent", traceparent]);
  expect(cloudEventHeaders("titan.proposal", "default", Uint8Array.from(value))).toEqual(headers);
  expect(decode(value).name).toBe("proposal");
});

test("bytes of no known schema have no headers, damaged ones no trace", () => {
  expect(cloudEventHeaders("t", "k", Buffer.from("noise"))).toEqual([]);
  const damaged = encode("mark", { revision: 1, sum: 0n, count: 0 });
  damaged.set([0, 0, 0, 0, 12], 0);
  expect(cloudEventHeaders("t", "k", damaged).map(([name]) => name)).not.toContain("traceparent");
});
