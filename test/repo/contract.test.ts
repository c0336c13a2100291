import { readFileSync } from "node:fs";
import { isNounKind, kindOf, NOUN_NAMES } from "@titan/domain";
import { readSchema } from "@titan/schema-codec";
import { expect, test } from "vitest";

const PAGE = readFileSync(new URL("../../docs/contract.md", import.meta.url), "utf8");
/** In every value, and shown in an object's metadata. */
const METADATA = ["workspace", "name", "labels", "createdRevision"];
/** Kept with a token and shown to nobody. */
const HIDDEN = ["secretHash", "hostCreatedRevision"];

interface Row {
  readonly kind: string;
  readonly names: readonly string[];
  readonly fields: readonly string[];
}

/** The rows of the page's table of objects: kind, plural and short name, spec. */
const rows: readonly Row[] = PAGE.split("\n").flatMap((line) => {
  const [, kind = "", names = "", spec = ""] = line.split(/\s*(?<!\\)\|\s*/);
  if (!/^[A-Z][a-z]+$/.test(kind)) return [];
  const fields = [...spec.matchAll(/`([a-zA-Z]+)\??`/g)].map(([, field = ""]) => field);
  return [{ kind, names: names.split(", "), fields }];
});

test("the page has every kind, with its plural and short names", () => {
  expect(rows.map(({ kind }) => kind).sort()).toEqual(Object.keys(NOUN_NAMES).sort());
  for (const { kind, names } of rows) {
    const [plural, ...short] = names;
    const found = kindOf(plural ?? "");
    expect(found.ok && found.kind).toBe(kind);
    for (const name of short) expect(kindOf(name)).toEqual(found);
  }
});

test.each(rows.filter(({ kind }) => isNounKind(kind)))(
  "the page has every field of the schema of a $kind, and no other",
  ({ kind, fields }) => {
    const schema = readSchema(`${kind.toLowerCase()}.avsc`);
    const previous = schema.fields.find(({ name }) => name === "previous")?.type;
    const [, value] = previous as readonly [string, { fields: readonly { name: string }[] }];
    const inSchema = value.fields
      .map(({ name }) => name)
      .filter((name) => !METADATA.includes(name) && !HIDDEN.includes(name));
    expect(fields).toEqual(expect.arrayContaining(inSchema));
    const known = [...inSchema, "executable", "admin", "editor", "viewer"];
    expect(fields.filter((field) => !known.includes(field))).toEqual([]);
  },
);
