import { expect, test } from "vitest";
import { decodeRows, quotePath } from "./path-bytes.ts";

test("rows of valid text are split at the zero bytes", () => {
  expect(decodeRows(Buffer.from("a\0ü/b\n\0"))).toEqual(["a", "ü/b\n"]);
  expect(decodeRows(Buffer.alloc(0))).toEqual([]);
});

test("bytes that are no text survive the way in and out", () => {
  const [row = "", next] = decodeRows(Buffer.from([0x61, 0xff, 0xc3, 0x00, 0x62, 0x00]));
  expect(quotePath(row)).toBe('"a\\377\\303"');
  expect(next).toBe("b");
});

test("what would end the quoted name is escaped", () => {
  expect(quotePath('a"\\\n')).toBe('"a\\"\\\\\\n"');
});
