import { proposalOf, templateValue } from "@titan/domain/testing";
import { RECORD_BYTES_MAX } from "@titan/event-log";
import type { Verdict } from "@titan/domain";
import { decodeAs } from "@titan/schema-codec";
import { expect, test } from "vitest";
import { sealCommit } from "./seal-commit.ts";

const seal = (verdict: Verdict) =>
  sealCommit({
    proposal: proposalOf([]),
    position: 7,
    verdict,
    revision: 3,
    id: "c3",
    last: undefined,
    now: 5,
  });

test("a commit is what its bytes say", () => {
  const { commit, value } = seal({ accepted: true, outcomes: [], events: [] });
  expect(decodeAs("commit", value)).toEqual(commit);
  expect(commit).toMatchObject({ revision: 3, id: "c3", predecessor: "", proposalPosition: 7 });
});

test("an accepted change whose record does not fit is refused, and has no events", () => {
  const files = { a: "x".repeat(RECORD_BYTES_MAX) };
  const current = templateValue("p", files);
  const event = { kind: "Template", key: "default/p", op: "UPDATE", previous: null } as const;
  const { commit, value } = seal({
    accepted: true,
    outcomes: [],
    events: [{ ...event, current }],
  });
  expect(value.length).toBeLessThanOrEqual(RECORD_BYTES_MAX);
  expect(commit).toMatchObject({ accepted: false, events: [], outcomes: [] });
  expect(commit.refusals.map(({ code }) => code)).toEqual(["commit-too-large"]);
});

test("of refusals that do not fit the first are kept, and that there are more is said", () => {
  const wide = "\uffff".repeat(20_000);
  const refusal = { code: "too-long", pointer: wide, detail: wide, hint: wide };
  const { commit, value } = seal({
    accepted: false,
    refusals: Array.from({ length: 100 }, () => refusal),
  });
  expect(value.length).toBeLessThanOrEqual(RECORD_BYTES_MAX);
  expect(commit.refusals[0]?.code).toBe("too-long");
  expect(commit.refusals.at(-1)?.code).toBe("too-many-refusals");
  expect(commit.refusals.length).toBeGreaterThan(2);
});
