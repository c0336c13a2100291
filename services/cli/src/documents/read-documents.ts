import { join, resolve } from "node:path";
import type { CommandContext } from "../command-context.ts";
import { fileRefusal } from "./file-refusal.ts";
import { kindNamed } from "../kinds.ts";
import { readSources, type Source } from "./source.ts";
import { readTemplateFiles } from "./template-files.ts";
import { parseDocuments, type YamlDocument } from "./yaml-documents.ts";

type Fields = Readonly<Record<string, unknown>>;

/** One object that a file declares, ready to be sent. */
export interface DeclaredObject {
  readonly object: Fields;
  /** Where a pointer into the object leads, as `file:line:column`, or the file of a template. */
  readonly locate: (pointer: string) => string;
}

/** Every object in the files, folders, or standard input (`-`), in order. */
export async function readDocuments(
  context: CommandContext,
  paths: readonly string[],
): Promise<readonly DeclaredObject[]> {
  const declared: DeclaredObject[] = [];
  for (const path of paths) {
    for (const source of await readSources(path, context.shell)) {
      for (const document of parseDocuments(source.text, source.name)) {
        declared.push(...objectsIn(document, source, context.settings.workspace));
      }
    }
  }
  if (declared.length === 0)
    throw fileRefusal("no-files", paths.join(", "), "there are no objects in it");
  return declared;
}

/** Where the pointers of a problem with several operations lead. */
export function locateIn(declared: readonly DeclaredObject[]): (pointer: string) => string {
  return (pointer) => {
    const found = /^\/operations\/(\d+)(?:\/object)?(.*)$/.exec(pointer);
    const each = declared[Number(found?.[1] ?? 0)];
    return each?.locate(found?.[2] ?? "") ?? "";
  };
}

/** A document is an object, or a list of objects as `titan get -o yaml` prints one. */
function objectsIn(
  document: YamlDocument,
  source: Source,
  workspace: string,
): readonly DeclaredObject[] {
  const { value, locate } = document;
  if (!isFields(value)) throw fileRefusal("invalid-document", locate(""), "an object is expected");
  const { items } = value;
  if (!Array.isArray(items) || "spec" in value) {
    return [declare(value, locate, source, workspace)];
  }
  return items.map((item: unknown, index) => {
    const locateItem = (pointer: string): string => locate(`/items/${index}${pointer}`);
    if (!isFields(item))
      throw fileRefusal("invalid-document", locateItem(""), "an object is expected");
    return declare(item, locateItem, source, workspace);
  });
}

function declare(
  fields: Fields,
  locate: (pointer: string) => string,
  source: Source,
  workspace: string,
): DeclaredObject {
  const placed = inWorkspace(fields, locate, workspace);
  const inside = isFields(placed["spec"]) ? placed["spec"] : {};
  const filesFrom = inside["filesFrom"] ?? placed["filesFrom"];
  if (filesFrom === undefined) return { object: placed, locate };
  const pointer = "filesFrom" in inside ? "/spec/filesFrom" : "/filesFrom";
  if (typeof filesFrom !== "string")
    throw fileRefusal("invalid-document", locate(pointer), "it is the path of a folder");
  if ("files" in inside)
    throw fileRefusal("invalid-document", locate(pointer), "there are files beside it");
  const shown = source.name === "standard input" ? filesFrom : join(source.name, "..", filesFrom);
  const files = readTemplateFiles(resolve(source.folder, filesFrom), shown);
  return {
    object: withoutFilesFrom({ ...placed, spec: withoutFilesFrom({ ...inside, files }) }),
    locate: (at) => {
      const path = /^\/spec\/files\/([^/]+)/.exec(at)?.[1];
      return path === undefined
        ? locate(at)
        : join(shown, path.replaceAll("~1", "/").replaceAll("~0", "~"));
    },
  };
}

function withoutFilesFrom(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([field]) => field !== "filesFrom"));
}

/** What says no workspace belongs to the current one. */
function inWorkspace(
  fields: Fields,
  locate: (pointer: string) => string,
  workspace: string,
): Fields {
  const { kind, metadata = {} } = fields;
  if (typeof kind !== "string")
    throw fileRefusal("invalid-document", locate("/kind"), "the object has no kind");
  // The feed takes no other spelling; people write `host` as they type it.
  const named = { ...fields, kind: kindNamed(kind)?.kind ?? kind };
  if (!isFields(metadata) || "workspace" in metadata) return named;
  if (kindNamed(kind)?.scoped !== true) return named;
  return { ...named, metadata: { ...metadata, workspace } };
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
