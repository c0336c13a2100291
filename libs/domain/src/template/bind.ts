import { type Labels, labelOf } from "../labels.ts";
import type { Piece, RenderedFile } from "../records.generated.ts";
import { utf8Bytes } from "../utf8.ts";
import type { TemplateProblem } from "./template-problem.ts";

/** A file as it is to lie on one host. */
export interface BoundFile {
  readonly path: string;
  readonly executable: boolean;
  readonly bytes: Uint8Array;
}

/** What files can need of a host. */
export interface BindingHost {
  readonly name: string;
  readonly labels: Labels;
}

export type Binding =
  | { readonly ok: true; readonly files: readonly BoundFile[] }
  | { readonly ok: false; readonly problems: readonly TemplateProblem[] };

/**
 * Puts the host's values into rendered files. The agent and the Git writer use this same function, so what is in Git
 * is what runs. A label that the host lacks is a problem, reported once per file and label.
 */
export function bindFiles(files: readonly RenderedFile[], host: BindingHost): Binding {
  const problems = files.flatMap((file) => problemsOf(file, host));
  if (problems.length > 0) return { ok: false, problems };
  const bound = files.map(({ path, executable, pieces, bytes }) => ({
    path,
    executable,
    bytes: bytes ?? utf8Bytes(pieces.map((piece) => textOf(piece, host) ?? "").join("")),
  }));
  return { ok: true, files: bound };
}

function problemsOf(file: RenderedFile, host: BindingHost): TemplateProblem[] {
  const lacking = new Set<string>();
  for (const piece of file.pieces) {
    if (piece.label !== null && textOf(piece, host) === undefined) lacking.add(piece.label);
  }
  return [...lacking].sort().map((label) => ({
    code: "host-label-missing",
    detail: `host ${host.name} has no label ${label}`,
    hint: `titan set labels host/${host.name} ${label}=…`,
    file: file.path,
    line: 0,
  }));
}

function textOf(piece: Piece, host: BindingHost): string | undefined {
  if (piece.text !== null) return piece.text;
  if (piece.label !== null) return labelOf(host.labels, piece.label);
  return host.name;
}
