import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ROOT } from "./source-files.ts";

const LINES_MAX = 25;
const packages = ["libs", "services"].flatMap((folder) =>
  readdirSync(`${ROOT}${folder}`).map((name) => `${folder}/${name}`),
);

test.each(packages)("%s says in a few lines what it is for", (path) => {
  const readme = `${ROOT}${path}/README.md`;
  expect(existsSync(readme), `${path} has no README.md`).toBe(true);
  const lines = readFileSync(readme, "utf8").trimEnd().split("\n");
  expect(lines[0]).toBe(`# ${path.split("/")[1]}`);
  expect(lines.length).toBeGreaterThan(5);
  expect(lines.length).toBeLessThanOrEqual(LINES_MAX);
});
