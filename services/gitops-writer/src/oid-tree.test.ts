import fc from "fast-check";
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

test("so it is in a folder of many names of which few come, go and change", () => {
  const name = fc.oneof(
    fc.nat(400).map((at) => `h${at}`),
    fc.constantFrom("h1.a", "h1-", "h10a", "é", "\ue000", "\u{1f600}", "z"),
  );
  const path = fc.oneof(
    name.map((host) => `w/${host}/d/file`),
    name.map((file) => `w/${file}`),
  );
  const entry = fc.option(fc.constantFrom(A, B, { mode: "120000", oid: A.oid }));
  const edits = fc.array(fc.tuple(path, entry), { maxLength: 30 });
  fc.assert(
    fc.property(fc.array(edits, { maxLength: 8 }), (batches) => {
      const tree = new OidTree();
      const now = new Map<string, TreeEntry>();
      const set = (at: string, to: TreeEntry | null): void => {
        // A path is a file or a folder, as it is in a tree of files.
        const other = at.endsWith("/d/file") ? at.slice(0, -"/d/file".length) : `${at}/d/file`;
        for (const [where, what] of [
          [other, null],
          [at, to],
        ] as const) {
          tree.set(where, what);
          if (what === null) now.delete(where);
          else now.set(where, what);
        }
      };
      for (let at = 0; at < 300; at += 1) set(`w/h${at}/d/file`, at % 2 === 0 ? A : B);
      expect(tree.oid).toBe(treeOid(now));
      for (const batch of batches) {
        for (const [at, to] of batch) set(at, to);
        // All of the work ahead, some of it, or none.
        let ahead = batch.length * 2;
        for (const _ of batch.length % 2 === 0 ? tree.work() : []) if ((ahead -= 1) < 0) break;
        expect(tree.oid).toBe(treeOid(now));
      }
    }),
    { numRuns: 60 },
  );
});
