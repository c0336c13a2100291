import { expect, test } from "vitest";
import { readPushAnswer } from "./push-answer.ts";

const answer = (exit: number, row: string, stderr = ""): Parameters<typeof readPushAnswer>[0] => ({
  exit,
  stdout: Buffer.from(`To https://example.com/x\n${row}\nDone\n`),
  stderr,
});
const REF = "!\tabc:refs/heads/main\t";

test("a push that went through is ours", () => {
  expect(readPushAnswer(answer(0, " \tabc:refs/heads/main\t1..2"), "r")).toBe(true);
});

test.each([
  "[rejected] (stale info)",
  "[rejected] (fetch first)",
  "[rejected] (non-fast-forward)",
  "[remote rejected] (cannot lock ref 'refs/heads/main': is at 1 but expected 2)",
  "[remote rejected] (failed to update ref)",
  "[remote rejected] (incorrect old value provided)",
])("%s means that somebody was faster", (reason) => {
  expect(readPushAnswer(answer(1, REF + reason), "r")).toBe(false);
});

test.each([
  ["[remote rejected] (pre-receive hook declined)", "push-declined"],
  ["[remote rejected] (protected branch hook declined)", "push-declined"],
  ["[remote rejected] (branch is currently checked out)", "working-copy"],
])("%s is the server's decision, and trying again does not help", (reason, code) => {
  expect(() => readPushAnswer(answer(1, REF + reason), "r")).toThrow(
    expect.objectContaining({ code, next: "reject" }),
  );
});

test("a push that did not get as far as the branch is judged by what git said", () => {
  expect(() => readPushAnswer(answer(128, "", "fatal: Connection refused"), "r")).toThrow(
    expect.objectContaining({ code: "network", next: "retry" }),
  );
});
