import { readFileSync } from "node:fs";
import { CORE_SCHEMA, load, mergeTag } from "js-yaml";
import { ROOT } from "./source-files.ts";

/** What the tests look at; that it is so is for the schema to say. */
export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

interface ComposeService {
  readonly image: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly deploy?: { readonly replicas?: number };
}

/** As Compose reads it where the environment says nothing. */
function withDefaults(text: string): string {
  return text.replaceAll(/\$\{[A-Z_]+:-([^}]*)\}/g, (_, otherwise: string) => otherwise || '""');
}

export const composeFile = load(withDefaults(readFileSync(`${ROOT}docker-compose.yml`, "utf8")), {
  schema: CORE_SCHEMA.withTags(mergeTag),
}) as ComposeFile;
