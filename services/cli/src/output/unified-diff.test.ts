import { expect, test } from "vitest";
import { unifiedDiff } from "./unified-diff.ts";

const NAMES = ["a", "b"] as const;

test("equal texts have no diff", () => {
  expect(unifiedDiff([...NAMES], "x\n", "x\n")).toBe("");
});

test("a changed line stands among three lines of what is around it", () => {
  const from = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
  const expected = "--- a\n+++ b\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8";
  expect(unifiedDiff([...NAMES], from, from.replace("5", "five"))).toBe(expected);
});

test("what is new is added to nothing", () => {
  expect(unifiedDiff([...NAMES], "", "x\ny\n")).toBe("--- a\n+++ b\n@@ -0,0 +1,2 @@\n+x\n+y");
});
