import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { CODES } from "@titan/domain";
import { FEED_CODES } from "@titan/change-feed";
import { expect, test } from "vitest";
import { codesPage } from "./codes-page.ts";
import { isTest, ROOT, sourceFiles } from "./source-files.ts";

const PAGE = `${ROOT}docs/codes.md`;
const catalogues = ["libs/domain/src/codes.ts", "services/change-feed/src/refusal.ts"];
const sources = sourceFiles().filter(({ path }) => !isTest(path) && path !== catalogues[0]);
const codes = [...Object.keys(CODES), ...Object.keys(FEED_CODES)];

test("each code and each meaning is there once", () => {
  const meanings = [...Object.values(CODES), ...Object.values(FEED_CODES)];
  expect(new Set(codes).size).toBe(codes.length);
  expect(new Set(meanings).size).toBe(meanings.length);
});

test.each(codes)("%s is used", (code) => {
  const uses = sources.filter(({ text }) => text.includes(`"${code}"`));
  expect(uses.map(({ path }) => path)).not.toEqual([]);
});

test("docs/codes.md says what the catalogue says", () => {
  if (process.env["TITAN_DOCS"] === "write") writeFileSync(PAGE, codesPage());
  expect(existsSync(PAGE) ? readFileSync(PAGE, "utf8") : "").toBe(codesPage());
});
