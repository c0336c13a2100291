import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { CommandError } from "../command-error.ts";
import { fileRefusal } from "./file-refusal.ts";

/** A file of a template, as the contract has it. */
export type TemplateFile =
  | { readonly text: string; readonly executable?: true }
  | { readonly base64: string; readonly executable?: true };

const FILES_MAX = 200;
/** Of all files and their paths. */
const BYTES_MAX = 256 * 1024;
const DEPTH_MAX = 32;
const OWNER_MAY_EXECUTE = 0o100;

/**
 * The files below a folder, or the one file. Links are refused, for they could lead out of the
 * folder; so is `.git`. `shown` is the path as people gave it, for messages.
 */
export function readTemplateFiles(
  path: string,
  shown: string,
): Readonly<Record<string, TemplateFile>> {
  const files: Record<string, TemplateFile> = {};
  let bytes = 0;
  let count = 0;

  const take = (full: string, name: string, mode: number, size: number): void => {
    count += 1;
    bytes += size + Buffer.byteLength(name);
    const at = full === path ? shown : join(shown, name);
    if (count > FILES_MAX)
      throw fileRefusal("too-many-files", at, `a template has at most ${FILES_MAX} files`);
    if (bytes > BYTES_MAX) {
      throw fileRefusal(
        "file-too-large",
        at,
        `a template has at most ${BYTES_MAX} bytes in all its files`,
      );
    }
    const content = contentOf(read(full, at));
    files[name] = (mode & OWNER_MAY_EXECUTE) === 0 ? content : { ...content, executable: true };
  };

  const walk = (folder: string, prefix: string, depth: number): void => {
    const at = join(shown, prefix);
    if (depth > DEPTH_MAX)
      throw fileRefusal("too-many-files", at, `folders are nested over ${DEPTH_MAX} deep`);
    for (const name of namesIn(folder, at)) {
      const inside = `${prefix}${name}`;
      const full = join(folder, name);
      const found = statOf(full, join(shown, inside));
      checkName(name, join(shown, inside));
      if (found.isDirectory()) walk(full, `${inside}/`, depth + 1);
      else if (found.isFile()) take(full, inside, found.mode, found.size);
      else throw notAFile(join(shown, inside), found.isSymbolicLink());
    }
  };

  const found = statOf(path, shown);
  if (found.isFile()) take(path, basename(path), found.mode, found.size);
  else if (found.isDirectory()) walk(path, "", 1);
  else throw notAFile(shown, found.isSymbolicLink());
  if (count === 0) throw fileRefusal("no-files", shown, "there are no files in it");
  return files;
}

function contentOf(bytes: Uint8Array): TemplateFile {
  if (!bytes.includes(0)) {
    try {
      return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
    } catch {
      // Not UTF-8.
    }
  }
  return { base64: Buffer.from(bytes).toString("base64") };
}

function checkName(name: string, at: string): void {
  if (name.toLowerCase() === ".git") {
    throw fileRefusal("invalid-path", at, ".git can not be part of a template");
  }
  if (name === ".." || name.includes("\\") || name.includes("\ufffd")) {
    throw fileRefusal("invalid-path", at, "the name can not be part of a template");
  }
}

function notAFile(at: string, isLink: boolean): CommandError {
  return isLink
    ? fileRefusal(
        "symlink-refused",
        at,
        "it is a symbolic link, and a template has only files",
        "put a copy of what it leads to in its place",
      )
    : fileRefusal("file-unreadable", at, "it is neither a file nor a folder");
}

function statOf(full: string, at: string) {
  return attempt(at, () => lstatSync(full));
}

function namesIn(folder: string, at: string): readonly string[] {
  return attempt(at, () => readdirSync(folder)).sort();
}

function read(full: string, at: string): Uint8Array {
  return attempt(at, () => readFileSync(full));
}

function attempt<Result>(at: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") throw fileRefusal("no-such-file", at, "there is no such file or folder");
    throw fileRefusal(
      "file-unreadable",
      at,
      error instanceof Error ? error.message : String(error),
    );
  }
}
