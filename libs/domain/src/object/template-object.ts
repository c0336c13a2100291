import { decodeBase64, encodeBase64 } from "../base64.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../json.ts";
import { pointerTo } from "../json-pointer.ts";
import type { Template, TemplateFile } from "../records.generated.ts";
import { parseDelimiters } from "../template/delimiters.ts";
import { globsFault } from "../template/glob.ts";
import { pathFaults } from "../template/template-path.ts";
import { utf8Length } from "../utf8.ts";
import { FieldReader } from "./field-reader.ts";
import type { Head } from "./object-context.ts";
import { readValues, valuesField } from "./values-object.ts";

const TEMPLATE_FILES_MAX = 200;
/** Bytes of all files and their paths. */
const TEMPLATE_BYTES_MAX = 256 * 1_024;

export function readTemplate(head: Head, spec: FieldReader): Template {
  return {
    ...head,
    files: readFiles(spec),
    delimiters: readDelimiters(spec),
    verbatim: readVerbatim(spec),
    defaults: readValues(spec, "defaults"),
  };
}

export function templateSpec({ files, delimiters, verbatim, defaults }: Template): JsonObject {
  const fields = files.map((file): [string, JsonObject] => [file.path, fileObject(file)]);
  return {
    files: Object.fromEntries(fields),
    ...(delimiters.length === 0 ? {} : { delimiters }),
    ...(verbatim.length === 0 ? {} : { verbatim }),
    ...valuesField("defaults", defaults),
  };
}

function fileObject({ text, bytes, executable }: TemplateFile): JsonObject {
  const content = bytes === null ? { text: text ?? "" } : { base64: encodeBase64(bytes) };
  return executable ? { ...content, executable } : content;
}

function readFiles(spec: FieldReader): readonly TemplateFile[] {
  const object = spec.object("files");
  const pointer = spec.at("files");
  const { refusals } = spec;
  if (object === undefined) {
    if (spec.value("files") === undefined) spec.missing("files");
    return [];
  }
  const paths = Object.keys(object);
  if (paths.length > TEMPLATE_FILES_MAX) {
    const detail = `a template has at most ${TEMPLATE_FILES_MAX} files, this one has ${paths.length}`;
    refusals.add("template-too-large", pointer, detail);
    return [];
  }
  for (const { code, path, detail } of pathFaults(paths)) {
    refusals.add(code, pointerTo(pointer, path), `${path}: ${detail}`);
  }
  const files = paths.map((path) => readFile(path, object[path] ?? null, spec));
  const bytes = files.reduce((sum, file) => sum + sizeOf(file), 0);
  if (bytes > TEMPLATE_BYTES_MAX) {
    const detail = `the files of a template have at most ${TEMPLATE_BYTES_MAX} bytes, these have ${bytes}`;
    refusals.add("template-too-large", pointer, detail);
  }
  return files.sort((left, right) => (left.path < right.path ? -1 : 1));
}

function readFile(path: string, value: JsonValue, spec: FieldReader): TemplateFile {
  const pointer = pointerTo(spec.at("files"), path);
  const { refusals } = spec;
  const nothing = { path, text: "", bytes: null, executable: false };
  if (!isJsonObject(value)) {
    refusals.add("wrong-type", pointer, "a file is {text} or {base64}");
    return nothing;
  }
  const reader = new FieldReader(value, pointer, refusals);
  const executable = reader.boolean("executable");
  const text = reader.value("text");
  const base64 = reader.value("base64");
  reader.finish();
  if ((text === undefined) === (base64 === undefined)) {
    refusals.add("missing-field", pointer, "a file has exactly one of text and base64");
    return nothing;
  }
  if (typeof text === "string") return { path, text, bytes: null, executable };
  const bytes = typeof base64 === "string" ? decodeBase64(base64) : undefined;
  if (bytes !== undefined) return { path, text: null, bytes, executable };
  if (text !== undefined) refusals.add("wrong-type", pointerTo(pointer, "text"), "text is a text");
  else refusals.add("invalid-base64", pointerTo(pointer, "base64"), "this is not base64");
  return nothing;
}

function sizeOf({ path, text, bytes }: TemplateFile): number {
  return utf8Length(path) + utf8Length(text ?? "") + (bytes?.length ?? 0);
}

function readDelimiters(spec: FieldReader): readonly string[] {
  const delimiters = spec.texts("delimiters");
  const parsed = parseDelimiters(delimiters);
  if (!("fault" in parsed)) return delimiters;
  spec.refusals.add(
    "invalid-delimiters",
    spec.at("delimiters"),
    parsed.fault,
    'for example ["[[", "]]"]',
  );
  return [];
}

function readVerbatim(spec: FieldReader): readonly string[] {
  const globs = [...new Set(spec.texts("verbatim"))].sort();
  const fault = globsFault(globs);
  if (fault === undefined) return globs;
  spec.refusals.add("invalid-glob", spec.at("verbatim"), fault);
  return [];
}
