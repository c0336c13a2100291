import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import {
  readSchema,
  readSchemaIds,
  readSubjects,
  type RecordSchema,
  type SchemaId,
} from "./schema-files.ts";
import { compatibilityFaults, withoutDocs } from "./testing/compatibility.ts";

const RELEASED = fileURLToPath(new URL("../../../schemas/released/", import.meta.url));
const RELEASES = readdirSync(RELEASED).sort((a, b) => Number(a) - Number(b));
const releasedSubjects = (release: string): readonly string[] =>
  readdirSync(`${RELEASED}${release}`)
    .filter((file) => file.endsWith(".avsc"))
    .map((file) => file.slice(0, -".avsc".length));
const releasedIds = (release: string): readonly SchemaId[] =>
  JSON.parse(readFileSync(`${RELEASED}${release}/ids.json`, "utf8")) as readonly SchemaId[];
const EVERY = RELEASES.flatMap((release) =>
  releasedSubjects(release).map((subject) => ({ release, subject })),
);

test("there is a release to be compatible with", () => {
  expect(EVERY.length).toBeGreaterThan(0);
});

test.each(EVERY)("$subject is compatible with release $release, both ways", (row) => {
  const released = readSchema(`released/${row.release}/${row.subject}.avsc`);
  expect(compatibilityFaults(released, readSchema(`${row.subject}.avsc`))).toEqual([]);
});

test.each(EVERY)("an id of release $release stands for the text of $subject that it had", (row) => {
  const old = releasedIds(row.release).findLast(({ subject }) => subject === row.subject);
  const now = readSchemaIds().find(({ id }) => id === old?.id);
  const meant = withoutDocs(readSchema(now?.file ?? ""));
  const hint = `keep the released text under a path of its own and give ${row.subject} a new id`;
  expect(meant, hint).toEqual(
    withoutDocs(readSchema(`released/${row.release}/${row.subject}.avsc`)),
  );
});

test.each(RELEASES)("the list of ids goes on where that of release %s ended", (release) => {
  const bare = ({ id, subject, version }: SchemaId): object => ({ id, subject, version });
  const before = releasedIds(release);
  expect(readSchemaIds().slice(0, before.length).map(bare)).toEqual(before.map(bare));
});

test("ids rise, versions of a subject rise by one, and the last of each is the schema in use", () => {
  const ids = readSchemaIds();
  const versions = new Map<string, number>();
  ids.forEach(({ id, subject, version }, at) => {
    expect(id).toBeGreaterThan(ids[at - 1]?.id ?? 0);
    expect(version).toBe((versions.get(subject) ?? 0) + 1);
    versions.set(subject, version);
  });
  for (const subject of readSubjects()) {
    expect(ids.findLast((entry) => entry.subject === subject)?.file).toBe(`${subject}.avsc`);
  }
});

test("the generated types are those of the schemas", () => {
  const script = fileURLToPath(new URL("../scripts/generate.ts", import.meta.url));
  execFileSync(process.execPath, [script, "--check"]);
});

const HOST = readSchema("host.avsc");
const changed = (change: (schema: { fields: Field[] }) => void): RecordSchema => {
  const copy = JSON.parse(JSON.stringify(HOST)) as { fields: Field[] };
  change(copy);
  return copy as unknown as RecordSchema;
};
interface Field {
  name: string;
  type: unknown;
  default?: unknown;
}

test("a field that is added or taken away with its default is compatible", () => {
  const grown = changed((schema) =>
    schema.fields.push({ name: "more", type: "string", default: "" }),
  );
  expect(compatibilityFaults(HOST, grown)).toEqual([]);
  expect(compatibilityFaults(grown, HOST)).toEqual([]);
});

test.each([
  ["a field without a default", (s) => s.fields.push({ name: "more", type: "string" })],
  ["a field without a default that is gone", (s) => s.fields.shift()],
  ["another type", (s) => Object.assign(s.fields[0] ?? {}, { type: "string" })],
  [
    "a wider type, which the older can not read",
    (s) => Object.assign(s.fields[1] ?? {}, { type: "long" }),
  ],
  ["another default", (s) => Object.assign(s.fields[1] ?? {}, { default: 1 })],
  ["another name of the record", (s) => Object.assign(s, { name: "Other" })],
  ["another symbol", (s) => JSON.stringify(s.fields[2]) && pushSymbol(s.fields[2])],
] as const satisfies readonly (readonly [string, (schema: { fields: Field[] }) => unknown])[])(
  "%s is not compatible",
  (_, change) => {
    expect(compatibilityFaults(HOST, changed(change))).not.toEqual([]);
  },
);

function pushSymbol(field: Field | undefined): void {
  const type = field?.type as { symbols: string[] } | undefined;
  type?.symbols.push("REPLACE");
}
