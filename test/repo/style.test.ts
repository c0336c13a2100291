import { expect, test } from "vitest";
import { importsOf, isTest, sourceFiles, type SourceFile } from "./source-files.ts";

const LINES_MAX = 300;
const TEST_LINES_MAX = 500;
const VAGUE = /^(utils?|helpers?|common|types?|manager|impl|misc|shared)$/;
const DEFAULT_EXPORT_ALLOWED = ["test/repo/count-reporter.ts"];

/** Everything that is wrong with a file, in plain words. */
function faults({ path, text, lines }: SourceFile): readonly string[] {
  const found: string[] = [];
  const name =
    path
      .split("/")
      .at(-1)
      ?.replace(/(\.test|\.property\.test|\.tmp|\.d)?\.ts$/, "") ?? "";
  const max = isTest(path) ? TEST_LINES_MAX : LINES_MAX;
  if (lines > max) found.push(`has ${lines} lines, at most ${max}: look for the second concept`);
  if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.property)?$/.test(name)) found.push("is not kebab-case");
  if (name.split("-").some((word) => VAGUE.test(word)) && VAGUE.test(name)) {
    found.push("is named for no concept");
  }
  if (/^export default /m.test(text) && !DEFAULT_EXPORT_ALLOWED.includes(path)) {
    found.push("has a default export");
  }
  if (new RegExp(`\\b(${"TO" + "DO"}|${"FIX" + "ME"})\\b`).test(text))
    found.push("is not finished");
  if (/\b(?:test|describe|it)\.(?:only|skip|todo)\b/.test(text)) found.push("leaves tests out");
  if (/^(?:export )?(?:const )?enum /m.test(text)) found.push("has an enum");
  for (const imported of importsOf(text)) {
    if (imported.startsWith(".") && !/\.(ts|json|js)$/.test(imported)) {
      found.push(`imports ${imported} without its ending`);
    }
  }
  return found.map((fault) => `${path} ${fault}`);
}

test("each file is of one concept, named for it, finished and not too long", () => {
  expect(sourceFiles().flatMap(faults)).toEqual([]);
});

test.each([
  ["libs/a/src/a.ts", "x\n".repeat(301)],
  ["libs/a/src/a.test.ts", "x\n".repeat(501)],
  ["libs/a/src/BadName.ts", ""],
  ["libs/a/src/utils.ts", ""],
  ["libs/a/src/types.ts", ""],
  ["libs/a/src/a.ts", "export default 1;"],
  ["libs/a/src/a.ts", `// ${"TO" + "DO"} later`],
  ["libs/a/src/a.test.ts", `test${".only"}("x")`],
  ["libs/a/src/a.test.ts", `describe${".skip"}("x")`],
  ["libs/a/src/a.ts", "export enum A { B }"],
  ["libs/a/src/a.ts", `import { b } from ${'"./b"'};`],
])("%s with such a text is refused", (path, text) => {
  expect(faults({ path, text, lines: text.split("\n").length - 1 })).not.toEqual([]);
});
