/**
 * Writes `libs/domain/src/records.generated.ts` from `schemas/*.avsc`. With `--check` it writes
 * nothing and exits 1 when the file is stale.
 */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";

interface Field {
  readonly name: string;
  readonly type: Schema;
  readonly doc?: string;
}
type Schema = string | readonly Schema[] | Compound;
interface Compound {
  readonly type: string;
  readonly name?: string;
  readonly doc?: string;
  readonly logicalType?: string;
  readonly fields?: readonly Field[];
  readonly symbols?: readonly string[];
  readonly items?: Schema;
  readonly values?: Schema;
}

const primitives: Readonly<Record<string, string>> = {
  string: "string",
  long: "number",
  int: "number",
  boolean: "boolean",
  bytes: "Uint8Array",
  null: "null",
};

const schemasFolder = new URL("../../../schemas/", import.meta.url);
const output = new URL("../../domain/src/records.generated.ts", import.meta.url);
const declarations = new Map<string, string>();

function declare(name: string, text: string): void {
  const before = declarations.get(name);
  if (before !== undefined && before !== text) throw new Error(`two shapes for ${name}`);
  declarations.set(name, text);
}

function comment(doc: string | undefined, indent: string): string {
  return doc === undefined ? "" : `${indent}/** ${doc} */\n`;
}

function typeOf(schema: Schema): string {
  if (typeof schema === "string") return primitives[schema] ?? schema;
  if (Array.isArray(schema)) return schema.map(typeOf).toReversed().join(" | ");
  const compound = schema as Compound;
  const name = compound.name ?? "";
  switch (compound.type) {
    case "record": {
      const fields = (compound.fields ?? []).map(
        (field) => `${comment(field.doc, "  ")}  readonly ${field.name}: ${typeOf(field.type)};\n`,
      );
      declare(
        name,
        `${comment(compound.doc, "")}export interface ${name} {\n${fields.join("")}}\n`,
      );
      return name;
    }
    case "enum": {
      const symbols = (compound.symbols ?? []).map((symbol) => JSON.stringify(symbol));
      declare(name, `export type ${name} = ${symbols.join(" | ")};\n`);
      return name;
    }
    case "array":
      return `readonly ${wrap(typeOf(compound.items ?? "null"))}[]`;
    case "map":
      return `Readonly<Record<string, ${typeOf(compound.values ?? "null")}>>`;
    case "fixed":
      if (compound.logicalType !== "titan-hash") throw new Error(`unknown fixed ${name}`);
      declare(
        name,
        "/** 64 bits; on the wire eight bytes, big-endian. */\nexport type Hash = bigint;\n",
      );
      return name;
    default:
      return typeOf(compound.type);
  }
}

function wrap(type: string): string {
  return type.includes(" ") ? `(${type})` : type;
}

for (const file of readdirSync(schemasFolder).sort()) {
  if (!file.endsWith(".avsc")) continue;
  typeOf(JSON.parse(readFileSync(new URL(file, schemasFolder), "utf8")) as Schema);
}
const names = [...declarations.keys()].sort();
const text =
  "// Made from schemas/*.avsc by `npm run generate`. Do not edit.\n\n" +
  names.map((name) => declarations.get(name)).join("\n");
if (process.argv.includes("--check")) {
  if (readFileSync(output, "utf8") !== text) {
    console.error("records.generated.ts is stale: run `npm run generate`");
    process.exit(1);
  }
} else {
  writeFileSync(output, text);
}
