import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { STREAMS } from "../src/flow.ts";

const SCHEMAS = join(import.meta.dirname, "../../../schemas");

test.each(STREAMS)("the records of $topic have a schema", ({ record }) => {
  expect(existsSync(join(SCHEMAS, `${record}.avsc`))).toBe(true);
});
