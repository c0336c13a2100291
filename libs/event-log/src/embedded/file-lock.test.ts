import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { LogError } from "../log-error.ts";
import { runChild } from "./child-process.ts";
import { openEmbeddedLog } from "./open-embedded-log.ts";
import { temporaryLogFolder } from "./temporary-log-folder.ts";

const HOLD = `
  openEmbeddedLog({ path: process.argv[1] });
  say("open");
  setInterval(() => undefined, 1_000);
`;

let folder: ReturnType<typeof temporaryLogFolder>;
let path: string;

beforeEach(() => {
  folder = temporaryLogFolder();
  path = join(folder.path, "log.db");
});
afterEach(() => folder.remove());

function refusal(open: () => unknown): LogError {
  try {
    open();
  } catch (error) {
    if (error instanceof LogError) return error;
    throw error;
  }
  throw new Error("it was not refused");
}

test("a second open in the same process is refused and names the holder", async () => {
  const log = openEmbeddedLog({ path });
  const error = refusal(() => openEmbeddedLog({ path }));
  expect(error).toMatchObject({ code: "in-use", outcome: "refused" });
  expect(error.message).toContain(`process ${process.pid} `);
  // The refused one has not freed what the holder holds.
  expect(refusal(() => openEmbeddedLog({ path })).code).toBe("in-use");
  await log.close();
  await openEmbeddedLog({ path }).close();
});

test("another name of the same file is the same log", async () => {
  const log = openEmbeddedLog({ path });
  const alias = join(folder.path, "alias.db");
  symlinkSync(path, alias);
  expect(refusal(() => openEmbeddedLog({ path: alias })).code).toBe("in-use");
  await log.close();
});

test("another process holds it until it is killed", async () => {
  const child = runChild(HOLD, path);
  await child.untilLines(1);
  const error = refusal(() => openEmbeddedLog({ path }));
  expect(error.code).toBe("in-use");
  expect(error.message).toContain(`process ${child.process.pid} `);
  child.process.kill("SIGKILL");
  await child.ended;
  await openEmbeddedLog({ path }).close();
});

test("of several that start at once one gets it", async () => {
  const source = `
    try {
      openEmbeddedLog({ path: process.argv[1] });
      say("open");
    } catch (error) {
      say(error.code);
    }
    setInterval(() => undefined, 1_000);
  `;
  const children = [1, 2, 3].map(() => runChild(source, path));
  await Promise.all(children.map((child) => child.untilLines(1)));
  const said = children.flatMap((child) => child.lines).toSorted((a, b) => (a < b ? -1 : 1));
  for (const child of children) child.process.kill("SIGKILL");
  await Promise.all(children.map((child) => child.ended));
  expect(said).toEqual(["in-use", "in-use", "open"]);
});
