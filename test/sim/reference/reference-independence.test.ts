import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));

test("the reference model shares nothing with what it judges but the generated types", () => {
  const files = readdirSync(FOLDER).filter((name) => !name.endsWith(".test.ts"));
  expect(files.length).toBeGreaterThan(2);
  for (const name of files) {
    const text = readFileSync(`${FOLDER}${name}`, "utf8");
    for (const [statement, source = ""] of text.matchAll(/import .*? from "([^"]+)";/gs)) {
      const isOwn = source.startsWith("./reference-");
      const isTypes = source === "@titan/domain" && statement.startsWith("import type ");
      expect([name, source, isOwn || isTypes || source.startsWith("node:")]).toEqual([
        name,
        source,
        true,
      ]);
    }
    expect(text).not.toMatch(/import\(/);
  }
});
