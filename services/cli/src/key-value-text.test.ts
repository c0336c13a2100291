import { expect, test } from "vitest";
import { readLabelChanges, readLabels, readValueChanges } from "./key-value-text.ts";

test("labels are set and taken away", () => {
  expect(readLabels("a=b,c=")).toEqual({ a: "b", c: "" });
  expect(readLabelChanges(["a=b", "c-", "d-e=f-"])).toEqual({ a: "b", c: null, "d-e": "f-" });
});

test("a value is a number only if it is written as one, so that versions stay text", () => {
  const read = readValueChanges([
    "a.b=1",
    "a.c=1.10",
    "on=true",
    'text="1"',
    "list=[1,2]",
    "gone-",
  ]);
  expect(read).toEqual({ a: { b: 1, c: "1.10" }, on: true, text: "1", list: [1, 2], gone: null });
});

test("no key leads to a prototype", () => {
  expect(() => readValueChanges(["__proto__.x=1"])).toThrow("is not a key");
  expect(() => readLabels("=x")).toThrow("is not key=value");
});
