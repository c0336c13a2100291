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
  const text = "x".repeat(1024 * 1024);
  for (let at = 0; at <= 4; at += 1) written.add(record(`k${at}`, text), at);
  expect(written.recognize(record("k0", text))).toBeUndefined();
  expect(written.recognize(record("k4", text))).toBe(4);
  for (let times = 0; times <= 4; times += 1) {
    written.add(record("again", text), times);
    expect(written.recognize(record("again", text))).toBe(times);
  }
});
