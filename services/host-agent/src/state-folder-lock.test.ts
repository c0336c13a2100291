import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lockStateFolder } from "./state-folder-lock.ts";

test("one agent works with a state folder, and the next when that one is done", () => {
  const folder = mkdtempSync(join(tmpdir(), "titan-lock-"));
  const state = join(folder, "state");
  const first = lockStateFolder(state);
  expect(first).toBeDefined();
  expect(lockStateFolder(state)).toBeUndefined();
  first?.release();
  const second = lockStateFolder(state);
  expect(second).toBeDefined();
  second?.release();
  rmSync(folder, { recursive: true });
});
