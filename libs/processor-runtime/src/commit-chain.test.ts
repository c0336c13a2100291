import type { Commit } from "@titan/domain";
import { expect, test } from "vitest";
import { CommitChain } from "./commit-chain.ts";

function commit(revision: number, id: string, predecessor: string): Commit {
  return {
    revision,
    id,
    predecessor,
    proposalId: id,
    proposalPosition: 0,
    changeId: id,
    workspace: "default",
    actor: "",
    reason: "",
    committedAt: 0,
    traceparent: "",
    accepted: true,
    refusals: [],
    outcomes: [],
    events: [],
    installation: null,
  };
}

const accepted = (chain: CommitChain, ...commits: readonly Commit[]): boolean[] =>
  commits.map((one, offset) => chain.accept(one, offset));

test("a commit counts if its revision is the next and it names the one before", () => {
  const chain = new CommitChain();
  expect(accepted(chain, commit(1, "a", ""), commit(2, "b", "a"), commit(3, "c", "b"))).toEqual([
    true,
    true,
    true,
  ]);
  expect(chain.end).toEqual({ revision: 3, commitId: "c", position: 2 });
});

test("a second copy, a gap and a rival's commit are void for ever", () => {
  const chain = new CommitChain();
  expect(
    accepted(
      chain,
      commit(1, "a", ""),
      commit(1, "a", ""),
      commit(3, "x", "a"),
      commit(2, "b", "a"),
      commit(2, "rival", "a"),
      commit(3, "after-rival", "rival"),
      commit(3, "c", "b"),
    ),
  ).toEqual([true, false, false, true, false, false, true]);
  expect(chain.end).toEqual({ revision: 3, commitId: "c", position: 6 });
});

test("without the predecessor, a commit counts that was decided on a world that never was", () => {
  const rival = [commit(1, "a", ""), commit(2, "b", "a"), commit(3, "after-rival", "rival")];
  expect(accepted(new CommitChain(), ...rival).at(-1)).toBe(false);
  const end = { revision: 0, commitId: "", position: -1 };
  expect(accepted(new CommitChain(end, false), ...rival).at(-1)).toBe(true);
});

test("it goes on from where a frontier says that it ended", () => {
  const chain = new CommitChain({ revision: 7, commitId: "g", position: 40 });
  expect(chain.accept(commit(8, "h", ""), 41)).toBe(false);
  expect(chain.accept(commit(8, "h", "g"), 42)).toBe(true);
});
