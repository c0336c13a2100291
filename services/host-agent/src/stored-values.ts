import type {
  HostDeployment,
  Piece,
  Problem,
  RenderedDeployment,
  RenderedFile,
} from "@titan/domain";
import { isObject } from "./byte-json.ts";

/*
 * Reads values back from the agent's own stream files. The checksum has told that they are what was
 * written; these checks are for what an older agent wrote, whose values may lack a later field.
 */

/** Throws `TypeError` for what is none. */
export function readHostDeployment(value: unknown): HostDeployment {
  const fields = object(value);
  const hostLabels: Record<string, string> = {};
  for (const [key, label] of Object.entries(object(fields["hostLabels"]))) {
    Object.defineProperty(hostLabels, key, { value: text(label), enumerable: true });
  }
  return {
    host: text(fields["host"]),
    hostCreatedRevision: integer(fields["hostCreatedRevision"]),
    deployment: text(fields["deployment"]),
    createdRevision: integer(fields["createdRevision"]),
    stream: text(fields["stream"]),
    hostLabels,
  };
}

/** Throws `TypeError` for what is none. */
export function readRenderedDeployment(value: unknown): RenderedDeployment {
  const fields = object(value);
  return {
    deployment: text(fields["deployment"]),
    createdRevision: integer(fields["createdRevision"]),
    digest: text(fields["digest"]),
    hostLabels: list(fields["hostLabels"]).map(text),
    files: list(fields["files"]).map(readFile),
    problem: fields["problem"] === null ? null : readProblem(fields["problem"]),
  };
}

function readFile(value: unknown): RenderedFile {
  const { path, executable, pieces, bytes } = object(value);
  if (bytes !== null && !(bytes instanceof Uint8Array)) throw new TypeError("a file has no bytes");
  return {
    path: text(path),
    executable: flag(executable),
    pieces: list(pieces).map(readPiece),
    bytes,
  };
}

function readPiece(value: unknown): Piece {
  const fields = object(value);
  const optional = (field: unknown): string | null => (field === null ? null : text(field));
  return {
    text: optional(fields["text"]),
    label: optional(fields["label"]),
    hostName: flag(fields["hostName"]),
  };
}

function readProblem(value: unknown): Problem {
  const { code, detail, pointer } = object(value);
  return { code: text(code), detail: text(detail), pointer: text(pointer) };
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw new TypeError("an object is missing");
  return value;
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError("a list is missing");
  return value;
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("a text is missing");
  return value;
}

function integer(value: unknown): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value)) {
    throw new TypeError("a number is missing");
  }
  return value;
}

function flag(value: unknown): boolean {
  if (typeof value !== "boolean") throw new TypeError("a yes or no is missing");
  return value;
}
