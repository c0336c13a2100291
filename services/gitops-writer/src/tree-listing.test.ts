import { expect, test } from "vitest";
import { EMPTY_TREE_OID, type TreeEntry } from "./git-object-id.ts";
import { git, scratchFolder } from "./testing/git-fixture.ts";
import { TreeListing, type TreeItem } from "./tree-listing.ts";

const OID = "a".repeat(40);
const NAMES = ["a", "a.b", "a-", "a0", "aa", "é", "\ue000", "\u{1f600}", "\u{10ffff}", "z"];

async function oidByGit(items: readonly TreeItem[]): Promise<string> {
  const gitDir = `${await scratchFolder()}/x.git`;
  await git.run({ args: ["init", "--quiet", "--bare", "--template=", "--", gitDir] });
  const rows = items.map(({ key, entry }) => {
    const [type, name] = key.endsWith("/") ? ["tree", key.slice(0, -1)] : ["blob", key];
    return `${entry.mode} ${type} ${entry.oid}\t${name}\0`;
  });
  const input = [Buffer.from(rows.join(""))];
  const { stdout } = await git.run({ gitDir, args: ["mktree", "-z", "--missing"], input });
  return stdout.toString("utf8").trim();
}

test("files and folders of any name are in Git's order", async () => {
  const file: TreeEntry = { mode: "100644", oid: OID };
  const folder: TreeEntry = { mode: "40000", oid: OID };
  for (const isFolder of [(at: number) => at % 2 === 0, (at: number) => at % 2 === 1]) {
    const items = NAMES.map((name, at) =>
      isFolder(at) ? { key: `${name}/`, entry: folder } : { key: name, entry: file },
    );
    const oid = await oidByGit(items);
    expect(new TreeListing(items.toReversed()).oid).toBe(oid);
    const oneByOne = new TreeListing([]);
    expect(oneByOne.oid).toBe(EMPTY_TREE_OID);
    for (const { key, entry } of items.toReversed()) oneByOne.set(key, entry);
    expect(oneByOne.oid).toBe(oid);
    for (const { key } of items) oneByOne.set(key, null);
    expect([oneByOne.oid, oneByOne.size]).toEqual([EMPTY_TREE_OID, 0]);
  }
});
