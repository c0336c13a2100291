import { expect, test } from "vitest";
import { retryAfterMs } from "./retry-after.ts";

const wait = (header: string | null | undefined, random = 0): number | undefined =>
  retryAfterMs(header, { random: () => random });

test("seconds are waited for, and up to one more by chance", () => {
  expect([wait("0"), wait("7"), wait(" 7 ", 0.5), wait("7", 0.999)]).toEqual([
    0, 7_000, 7_500, 7_999,
  ]);
});

test("nobody is sent away for longer than five minutes", () => {
  expect(wait("86400")).toBe(300_000);
});

test.each([
  [undefined],
  [null],
  [""],
  ["soon"],
  ["-1"],
  ["1.5"],
  ["Sat, 21 Nov 2026 20:00:00 GMT"],
])("%s asks for nothing", (header) => {
  expect(wait(header)).toBeUndefined();
});
