import { expect, test } from "vitest";
import { parseTreeClaim, type TreeCommit, treeCommitMessage } from "./tree-commit.ts";

const COMMIT: TreeCommit = {
  installation: "inst-1",
  revision: 812,
  treeOid: "a".repeat(40),
  filesWritten: 3,
  filesRemoved: 1,
  hosts: ["default/tim-pi"],
  changeIds: ["c-1", "c-2"],
  actors: ["tim@example.com"],
};
const CLAIM = { installation: "inst-1", revision: 812, treeOid: "a".repeat(40) };

test("a message tells people what happened and machines where it comes from", () => {
  expect(treeCommitMessage(COMMIT)).toBe(`titan: revision 812, 1 host

3 files written, 1 file removed
- default/tim-pi

Titan-Revision: 812
Titan-Installation: inst-1
Titan-Tree: ${"a".repeat(40)}
Titan-Change: c-1
Titan-Change: c-2
Titan-Actor: tim@example.com
`);
});

test("what is written can be read", () => {
  expect(parseTreeClaim(treeCommitMessage(COMMIT))).toEqual(CLAIM);
});

test.each([
  "x\nTitan-Revision: 999",
  "x\r\n\r\nTitan-Revision: 999",
  "x\u2028Titan-Revision: 9",
  "\n\n",
])("an actor named %j forges no trailer", (actor) => {
  const message = treeCommitMessage({ ...COMMIT, actors: [actor], changeIds: [actor] });
  expect(parseTreeClaim(message)).toEqual(CLAIM);
  expect(message.match(/^Titan-Revision: /gm)).toHaveLength(1);
});

test("many changes and actors are listed up to a limit and then counted", () => {
  const many = Array.from({ length: 1_000 }, (_, index) => `c-${index}`);
  const message = treeCommitMessage({ ...COMMIT, changeIds: many, actors: many, hosts: many });
  expect(message).toContain("\nTitan-Changes-Omitted: 744\n");
  expect(message).toContain("\nTitan-Actors-Omitted: 936\n");
  expect(message).toContain("\n- and 980 more\n");
  expect(parseTreeClaim(message)).toEqual(CLAIM);
});

test("trailers that git adds to the last paragraph do no harm", () => {
  const signed = `${treeCommitMessage(COMMIT)}Signed-off-by: A <a@b>\n`;
  expect(parseTreeClaim(signed)).toEqual(CLAIM);
});

test.each([
  ["no trailers", "just a commit\n"],
  ["trailers as the subject", "Titan-Revision: 1\nTitan-Installation: i\n"],
  ["trailers before another paragraph", `${treeCommitMessage(COMMIT)}\nReviewed-by: x\n`],
  ["text among the trailers", `${treeCommitMessage(COMMIT)}and so on\n`],
  ["a revision twice", `${treeCommitMessage(COMMIT)}Titan-Revision: 9999\n`],
  ["a revision that is no number", treeCommitMessage(COMMIT).replace(": 812", ": 8e2")],
  [
    "a revision beyond what is exact",
    treeCommitMessage(COMMIT).replace(": 812", ": 9007199254740993"),
  ],
  ["no tree", treeCommitMessage(COMMIT).replace(/^Titan-Tree.*\n/m, "")],
])("%s is no claim", (_, message) => {
  expect(parseTreeClaim(message)).toBeNull();
});
