import { expect, test } from "vitest";
import { blobOid, EMPTY_TREE_OID, treeOid } from "./git-object-id.ts";

test("a blob has the id that git gives it", () => {
  expect(blobOid(Buffer.from("hello\n"))).toBe("ce013625030ba8dba906f756967f9e9ca394464a");
  expect(blobOid(new Uint8Array())).toBe("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
});

test("no paths are the empty tree", () => {
  expect(treeOid([])).toBe(EMPTY_TREE_OID);
});

test("the order of the paths does not matter", () => {
  const entry = { mode: "100644", oid: blobOid(Buffer.from("x")) };
  const paths = ["a/b", "a.b", "a/c/d", "a0", "é", "z"].map((path) => [path, entry] as const);
  expect(treeOid(paths)).toBe(treeOid(paths.toReversed()));
});
