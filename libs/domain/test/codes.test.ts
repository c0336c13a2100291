import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CODES } from "../src/codes.ts";

const SOURCES = join(import.meta.dirname, "../src");
const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter(
  (file) => file.endsWith(".ts") && !file.endsWith("codes.ts"),
);
const texts = (isTest: boolean): string =>
  files
    .filter((file) => file.endsWith(".test.ts") === isTest)
    .map((file) => readFileSync(join(SOURCES, file), "utf8"))
    .join("\n");
const sources = texts(false);
const tests = texts(true);

test.each(Object.keys(CODES))("%s is used, and some test plays it", (code) => {
  expect(sources.includes(`"${code}"`)).toBe(true);
  expect(tests.includes(code)).toBe(true);
});

test("each code means something else", () => {
  const meanings = Object.values(CODES);
  expect(new Set(meanings).size).toBe(meanings.length);
  for (const meaning of meanings) expect(meaning).toMatch(/^[A-Z].*\.$/);
});

test("nothing but the parser of mustache and a hash comes from outside", () => {
  const imported = [...sources.matchAll(/ from "([^"]+)"/g)].map((match) => match[1] ?? "");
  const foreign = imported.filter((name) => !name.startsWith("."));
  expect(new Set(foreign)).toEqual(
    new Set(["mustache", "@noble/hashes/sha2.js", "@noble/hashes/utils.js"]),
  );
});
