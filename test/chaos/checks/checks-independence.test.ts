import { expect, test } from "vitest";
import { importsOf, sourceFiles } from "../../repo/source-files.ts";

const CHECKER = /^test\/chaos\/(checks|history|truth)\//;
/** Its own files, Node's, and clients that others have written. */
const ALLOWED = /^(\.\.\/(checks|history|truth)\/|\.\/|node:|kafkajs$|@kafkajs\/)/;

test("the checker shares nothing with what it judges", () => {
  const files = sourceFiles().filter(
    ({ path }) => CHECKER.test(path) && !path.endsWith(".test.ts"),
  );
  expect(files.length).toBeGreaterThan(15);
  for (const { path, text } of files) {
    expect([path, importsOf(text).filter((name) => !ALLOWED.test(name))]).toEqual([path, []]);
  }
});
