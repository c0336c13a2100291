import type { Proposal } from "@titan/domain";
import { expect, test } from "vitest";
import { outcomeUnknown } from "./refusal.ts";

const WINDOW = 8;

function refusalOf(seen: number, counted: number): unknown {
  const proposal: Proposal = {
    id: "p",
    seen,
    workspace: "default",
    actor: "",
    reason: "",
    proposedAt: 0,
    traceparent: "",
    operations: [],
  };
  const verdict = outcomeUnknown(proposal, counted, WINDOW);
  return verdict?.accepted === false ? verdict.refusals[0]?.code : undefined;
}

test("a proposal is decided if its sender saw the newest revision, or one within the window", () => {
  expect(refusalOf(20, 20)).toBeUndefined();
  expect(refusalOf(12, 20)).toBeUndefined();
});

test("one from before the window is refused: its id may have been forgotten", () => {
  expect(refusalOf(11, 20)).toBe("outcome-unknown");
});

test("one that saw what this log never had is refused: it was made before the log was restored", () => {
  expect(refusalOf(21, 20)).toBe("outcome-unknown");
});
