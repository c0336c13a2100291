import { expect, test } from "vitest";
import { EMPTY_TREE_OID, treeOid, type TreeEntry } from "./git-object-id.ts";
import { OidTree } from "./oid-tree.ts";

const A: TreeEntry = { mode: "100644", oid: "a".repeat(40) };
const B: TreeEntry = { mode: "100755", oid: "b".repeat(40) };

test("whatever came before, the id is that of the paths that are there", () => {
  const tree = new OidTree();
  const now = new Map<string, TreeEntry>();
  const steps: readonly (readonly [string, TreeEntry | null])[] = [
    ["w/h/d/a.txt", A],
    ["w/h/d.txt", B],
    ["w/h/d/sub/deep", B],
    ["w/g/a", A],
    ["w/h/d/a.txt", B],
    ["w/h/d/sub/deep", null],
    ["w/nowhere/at/all", null],
    ["w/g/a", null],
    ["w/h/d", null],
    ["w/h/d/a.txt", null],
    ["w/h/d.txt", null],
  ];
  for (const [path, entry] of steps) {
    tree.set(path, entry);
    if (entry === null) now.delete(path);
    else now.set(path, entry);
    expect(tree.oid).toBe(treeOid(now));
  }
  expect(tree.oid).toBe(EMPTY_TREE_OID);
});
