import { CommandError } from "../command-error.ts";

/** Why a local file was not even sent; the codes are as stable as those of the feed. */
export const FILE_CODES = {
  "no-such-file": "The file or folder is not there.",
  "file-unreadable": "The file can not be read.",
  "file-not-text": "The file is not UTF-8 text.",
  "file-too-large": "The file, or all files together, have more bytes than are allowed.",
  "too-many-files": "There are more files, or folders in folders, than are allowed.",
  "no-files": "There is nothing in it that could be sent.",
  "symlink-refused": "A link could lead anywhere, so links are not followed.",
  "invalid-path": "The name can not be part of a template.",
  "invalid-document": "The text is no object, or not one that can be sent.",
} as const;

export type FileCode = keyof typeof FILE_CODES;

/** `place` is a path, or `path:line:column`. */
export function fileRefusal(
  code: FileCode,
  place: string,
  detail: string,
  hint = "",
): CommandError {
  return new CommandError(`${place}: ${detail} [${code}]`, hint);
}
