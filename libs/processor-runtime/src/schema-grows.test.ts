import type { HostTarget } from "@titan/domain";
import { expect, test, vi } from "vitest";
import type {
  CompoundSchema,
  RecordSchema,
  SchemaId,
} from "../../schema-codec/src/schema-files.ts";
import { viewTask } from "./run-view.ts";
import { membershipView } from "./testing/membership-view.ts";
import { NounLog, viewVersion } from "./testing/noun-log.ts";
import { host } from "./testing/nouns.ts";

const OUTPUT = "titan.host-target";

/** The runtime and codec of a build whose host and host-target have one field more each. */
async function nextBuild(byDefault: string) {
  vi.resetModules();
  vi.doMock(import("../../schema-codec/src/schema-files.ts"), async (original) => {
    const files = await original();
    const grown = ["host", "host-target"];
    const ids: SchemaId[] = files.readSchemaIds().map((entry) => ({ ...entry }));
    const next = grown.map((subject, at) => ({ id: 900 + at, subject, version: 2, file: "" }));
    const released = ids.map((entry) =>
      grown.includes(entry.subject) ? { ...entry, file: `released/1/${entry.file}` } : entry,
    );
    return {
      ...files,
      readSchemaIds: () => [
        ...released,
        ...next.map((entry) => ({ ...entry, file: `${entry.subject}.avsc` })),
      ],
      readSchema: (file: string) => {
        const schema = files.readSchema(file);
        return grown.some((subject) => file === `${subject}.avsc`) ? more(schema) : schema;
      },
    };
  });
  const runtime = await import("./run-view.ts");
  const codec = await import("@titan/schema-codec");
  vi.doUnmock(import("../../schema-codec/src/schema-files.ts"));
  return { runtime, codec };

  function more(schema: RecordSchema): RecordSchema {
    const copy = JSON.parse(JSON.stringify(schema)) as RecordSchema;
    const previous = copy.fields.find(({ name }) => name === "previous")?.type;
    const noun = (previous as readonly CompoundSchema[])[1];
    const fields = noun?.fields as object[] | undefined;
    fields?.unshift({ name: "arch", type: "string", default: byDefault });
    return copy;
  }
}

test("a schema gains a field with a default while a view runs: no sum changes, nothing is repaired", async () => {
  const nouns = new NounLog();
  await nouns.createTopics();
  await nouns.commit(viewVersion("target-delta", 1));
  await nouns.commit(host("a", { site: "lab" }), host("b", { site: "barn" }));
  const environment = { log: nouns.log, clock: nouns.clock, counts: nouns.counts };
  const errors: unknown[] = [];
  const older = viewTask(membershipView, 0, environment);
  older.run().catch((error: unknown) => errors.push(error));
  await nouns.quiet();
  older.stop();
  await nouns.quiet();

  const { runtime, codec } = await nextBuild("any");
  const withDefault = { ...membershipView, value: grownValue };
  const newer = runtime.viewTask(withDefault, 0, environment);
  newer.run().catch((error: unknown) => errors.push(error));
  await nouns.quiet();
  await nouns.commit(host("a", { site: "barn" }));
  await nouns.quiet();
  newer.stop();
  expect(errors).toEqual([]);

  const said = nouns.log.peek(OUTPUT, 0).map(({ value }) => {
    const { name, value: read } = codec.decode(value);
    return name === "mark"
      ? `mark@${read.revision} ${read.sum}`
      : `schema ${codec.schemaIdOf(value)}`;
  });
  const [, , mark = "", again = "", written, ...rest] = said;
  expect(again, "the first cut has the sum that it had").toBe(mark);
  expect(written, "the newer build wrote with its schema").toBe("schema 901");
  expect(rest, "one mark for the change, and no repair").toHaveLength(1);
});

function grownValue(...of: Parameters<typeof membershipView.value>): HostTarget | undefined {
  const value = membershipView.value(...of);
  const arch = { arch: "any" };
  return value === undefined ? undefined : { ...value, ...arch };
}
