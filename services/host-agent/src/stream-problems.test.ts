import { expect, test } from "vitest";
import { StreamProblems } from "./stream-problems.ts";

const OWN = "titan.host.w.h";
const OTHER = "titan.deployment.w.d";
const AWAY = { code: "unreachable", detail: "away" };

test("a deployment's stream that is not there is no problem of the host", () => {
  const problems = new StreamProblems(OWN);
  problems.note(OTHER, { code: "not-found", detail: "deleted" });
  expect(problems.worst).toBeNull();
  problems.note(OWN, { code: "not-found", detail: "no such host" });
  expect(problems.worst?.code).toBe("not-found");
});

test("a stream's problem lasts until that stream comes to a cut", () => {
  const problems = new StreamProblems(OWN);
  problems.note(OTHER, AWAY);
  problems.clear(OWN);
  expect(problems.worst?.code).toBe("unreachable");
  problems.clear(OTHER);
  expect(problems.worst).toBeNull();
});
