import { expect, test } from "vitest";
import { checkPaths } from "./file-path.ts";

test("ordinary, deep and Unicode paths are fine", () => {
  expect(
    checkPaths(["a.b", "a-b/c.yaml", "ünïcode/文件.txt", "..a/b", "a/...b", ".env"]),
  ).toBeNull();
});

test.each([
  "",
  "/a",
  "a//b",
  "a/",
  "..",
  "a/../../b",
  "./a",
  "a\\b",
  "a\0b",
  "a\nb",
  ".git/hooks/x",
  "a/.GIT",
  ".gitmodules",
  ".g\u200cit/x",
  "GIT~1/x",
  "a./b",
  "a /b",
  "\ud800",
  "x".repeat(256),
  `${"d/".repeat(600)}f`,
])("%j is refused", (path) => {
  expect(checkPaths(["fine", path])).toMatchObject({ code: "path-refused" });
});

test.each([
  [["a", "a"]],
  [["a", "a/b"]],
  [["a/b", "a"]],
  [["README", "readme"]],
  [["Dir/x", "dir/y"]],
  [["\u00e9", "e\u0301"]],
])("%j can not lie side by side", (paths) => {
  expect(checkPaths(paths)).toMatchObject({ code: "path-collision" });
});
