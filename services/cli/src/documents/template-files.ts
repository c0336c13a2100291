import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { CommandError } from "../command-error.ts";

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
      throw new CommandError(`${at}: a template has at most ${FILES_MAX} files`);
    if (bytes > BYTES_MAX) {
      throw new CommandError(
        `${at}: the files of a template have at most ${BYTES_MAX} bytes in all`,
      );
    }
    const content = contentOf(read(full, at));
    files[name] = (mode & OWNER_MAY_EXECUTE) === 0 ? content : { ...content, executable: true };
  };

  const walk = (folder: string, prefix: string, depth: number): void => {
    const at = join(shown, prefix);
    if (depth > DEPTH_MAX)
      throw new CommandError(`${at}: folders are nested over ${DEPTH_MAX} deep`);
    for (const name of namesIn(folder, at)) {
      const inside = `${prefix}${name}`;
      const full = join(folder, name);
      const found = statOf(full, join(shown, inside));
      checkName(name, join(shown, inside));
      if (found.isDirectory()) walk(full, `${inside}/`, depth + 1);
      else if (found.isFile()) take(full, inside, found.mode, found.size);
      else throw new CommandError(refusal(join(shown, inside), found.isSymbolicLink()));
    }
  };

  const found = statOf(path, shown);
  if (found.isFile()) take(path, basename(path), found.mode, found.size);
  else if (found.isDirectory()) walk(path, "", 1);
  else throw new CommandError(refusal(shown, found.isSymbolicLink()));
  if (count === 0) throw new CommandError(`${shown}: there are no files in it`);
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
  if (name.toLowerCase() === ".git")
    throw new CommandError(`${at}: .git can not be part of a template`);
  if (name === ".." || name.includes("\\") || name.includes("\ufffd")) {
    throw new CommandError(`${at}: the name can not be part of a template`);
  }
}

function refusal(at: string, isLink: boolean): string {
  return isLink
    ? `${at}: it is a symbolic link, and a template has only files`
    : `${at}: it is neither a file nor a folder`;
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
    if (code === "ENOENT") throw new CommandError(`${at}: there is no such file or folder`);
    throw new CommandError(`${at}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
