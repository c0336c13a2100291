import { lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Shell } from "../command-context.ts";
import { fileRefusal } from "./file-refusal.ts";

/** One text that holds documents. */
export interface Source {
  /** As people gave it, for messages. */
  readonly name: string;
  /** What paths in it are relative to. */
  readonly folder: string;
  readonly text: string;
}

export const SOURCE_BYTES_MAX = 4 * 1024 * 1024;
const FILES_MAX = 1_000;
const DOCUMENT_FILE = /\.(?:ya?ml|json)$/;

/** Reads a file, or standard input for `-`. */
export async function readSource(path: string, shell: Shell): Promise<Source> {
  if (path === "-") {
    const text = await shell.stdin.readAll(SOURCE_BYTES_MAX);
    return { name: "standard input", folder: shell.folder, text };
  }
  return readFile(path, resolve(shell.folder, path));
}

/** The sources at a path: of a folder its YAML and JSON files, by name; what lies deeper is not looked at. */
export async function readSources(path: string, shell: Shell): Promise<readonly Source[]> {
  if (path === "-") return [await readSource(path, shell)];
  const full = resolve(shell.folder, path);
  if (!attempt(path, () => statSync(full)).isDirectory()) return [readFile(path, full)];
  const names = attempt(path, () => readdirSync(full))
    .filter((name) => DOCUMENT_FILE.test(name) && !lstatSync(join(full, name)).isDirectory())
    .sort();
  if (names.length === 0)
    throw fileRefusal("no-files", path, "there are no .yaml or .json files in it");
  if (names.length > FILES_MAX)
    throw fileRefusal("too-many-files", path, `more than ${FILES_MAX} files`);
  return names.map((name) => readFile(join(path, name), join(full, name)));
}

function readFile(name: string, full: string): Source {
  const { size } = attempt(name, () => statSync(full));
  if (size > SOURCE_BYTES_MAX) {
    throw fileRefusal(
      "file-too-large",
      name,
      `it has ${size} bytes, and ${SOURCE_BYTES_MAX} are allowed`,
    );
  }
  const bytes = attempt(name, () => readFileSync(full));
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return { name, folder: dirname(full), text };
  } catch {
    throw fileRefusal("file-not-text", name, "it is not UTF-8 text");
  }
}

/** Does something with a file and says of which file it was if it fails. */
function attempt<Result>(name: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT")
      throw fileRefusal("no-such-file", name, "there is no such file or folder");
    throw fileRefusal(
      "file-unreadable",
      name,
      error instanceof Error ? error.message : String(error),
    );
  }
}
