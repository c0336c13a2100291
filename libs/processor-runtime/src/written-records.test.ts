import { expect, test } from "vitest";
import { WrittenRecords } from "./written-records.ts";

const record = (key: string, text: string) => ({ key, value: Buffer.from(text) });

test("a record is recognized by its bytes, once", () => {
  const written = new WrittenRecords<string>();
  written.add(record("a", "x"), "about a");
  expect(written.recognize(record("a", "y"))).toBeUndefined();
  expect(written.recognize(record("b", "x"))).toBeUndefined();
  expect(written.recognize(record("a", "x"))).toBe("about a");
  expect(written.recognize(record("a", "x"))).toBeUndefined();
});

test("of one key only what was written last is recognized", () => {
  const written = new WrittenRecords<string>();
  written.add(record("a", "x"), "first");
  written.add(record("a", "y"), "second");
  expect(written.recognize(record("a", "x"))).toBeUndefined();
  expect(written.recognize(record("a", "y"))).toBe("second");
});

test("however much is written and not read again, little is kept", () => {
  const written = new WrittenRecords<number>();
  for (let at = 0; at <= 10_000; at += 1) written.add(record(`k${at}`, "x"), at);
  expect(written.recognize(record("k0", "x"))).toBeUndefined();
  expect(written.recognize(record("k10000", "x"))).toBe(10_000);
});
