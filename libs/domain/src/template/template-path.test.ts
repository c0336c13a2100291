import { expect, test } from "vitest";
import { globMatches, globsFault } from "./glob.ts";
import { pathFault, pathFaults } from "./template-path.ts";

test.each([
  "a",
  "a/b.yaml",
  "kustomization.yaml",
  ".env",
  "sub dir/file name",
  "a..b",
  "é/ü",
  "x".repeat(255),
  "a/.g",
  ".github/workflows/x.yaml",
  ".gitlab-ci.yml",
  "git",
])("%j is a path", (path) => {
  expect(pathFault(path)).toBeUndefined();
});

test.each([
  "",
  "/a",
  "a/",
  "a//b",
  ".",
  "..",
  "a/../b",
  "a/./b",
  ".git",
  ".GIT/config",
  "a/.Git",
  ".git ",
  ".git.",
  ".git::$INDEX_ALLOCATION",
  "git~1",
  "GIT~1/hooks",
  ".gitmodules",
  "a/.gitAttributes",
  "GITMOD~1",
  ".g\u200cit",
  "\uFF0Egit",
  "a\\b",
  "a\0",
  "a\nb",
  "a\u202eb",
  " a",
  "a ",
  "a/ b",
  "a.",
  "...",
  "e\u0301",
  "\ud800",
  "x".repeat(256),
  "é".repeat(128),
  "a/".repeat(600) + "a",
])("%j is not a path", (path) => {
  expect(pathFault(path)).toBeTypeOf("string");
});

test.each([
  [["a", "A"]],
  [["straße", "STRASSE"]],
  [["Å", "\u212b"]],
  [["ﬁle", "file"]],
  [["a", "a/b"]],
  [["A", "a/b"]],
  [["a/b", "a/B/c"]],
])("%j can not be together", (paths) => {
  expect(pathFaults(paths)).not.toEqual([]);
});

test("different files in folders of different case can be together", () => {
  expect(pathFaults(["a/b", "A/c", "a/d/e", "ab"])).toEqual([]);
});

test.each([
  ["*.tpl", "x/y.tpl", true],
  ["*.tpl", "y.tplx", false],
  ["charts/*", "charts/a", true],
  ["charts/*", "charts/a/b", false],
  ["charts/**", "charts/a/b", true],
  ["**/b", "b", true],
  ["**/b", "a/c/b", true],
  ["**/b", "ab", false],
  ["a/**/b", "a/b", true],
  ["a/**/b", "a/x/y/b", true],
  ["a/**/b", "a/xb", false],
  ["?.yaml", "a.yaml", true],
  ["a/?", "a//", false],
  ["a.b", "axb", false],
])("glob %s on %s: %s", (glob, path, expected) => {
  expect(globMatches(glob, path)).toBe(expected);
});

test("a hostile glob takes no time to speak of", () => {
  expect(globMatches(`${"*a".repeat(60)}/b`, "a".repeat(1_000))).toBe(false);
  expect(globMatches("**/".repeat(40) + "z", "a/".repeat(500))).toBe(false);
});

test("globs have limits", () => {
  expect(globsFault(["*.tpl"])).toBeUndefined();
  expect(globsFault([""])).toBeTypeOf("string");
  expect(globsFault(["x".repeat(2_000)])).toBeTypeOf("string");
  expect(globsFault(Array.from({ length: 40 }, () => "a"))).toBeTypeOf("string");
});
