import type { NounKind, NounTypes, NounValue, RenderedDeployment, Template } from "@titan/domain";

/**
 * Values as they lie in the file: JSON, with bytes as base64. It is the JSON form of the codec,
 * so what is stored can be sent as it is.
 */
interface WithBytes {
  readonly bytes: Uint8Array | string | null;
}

export function storeNoun(kind: NounKind, value: NounValue): string {
  if (kind === "Template" && "files" in value) return storeFiles(value);
  return JSON.stringify(value);
}

export function loadNoun<Kind extends NounKind>(kind: Kind, text: string): NounTypes[Kind] {
  const value = JSON.parse(text) as NounTypes[Kind];
  if (kind !== "Template") return value;
  return withBytes(value as Template) as NounTypes[Kind];
}

export function storeRendered(value: RenderedDeployment): string {
  return storeFiles(value);
}

export function loadRendered(text: string): RenderedDeployment {
  return withBytes(JSON.parse(text) as RenderedDeployment);
}

function storeFiles(value: { readonly files: readonly WithBytes[] }): string {
  const files = value.files.map((file) =>
    file.bytes === null || typeof file.bytes === "string"
      ? file
      : { ...file, bytes: Buffer.from(file.bytes).toString("base64") },
  );
  return JSON.stringify({ ...value, files });
}

function withBytes<Value extends { readonly files: readonly WithBytes[] }>(value: Value): Value {
  const files = value.files.map((file) =>
    typeof file.bytes === "string"
      ? { ...file, bytes: new Uint8Array(Buffer.from(file.bytes, "base64")) }
      : file,
  );
  return { ...value, files };
}

/** As plain JSON: bytes as base64. */
export function jsonNoun(kind: string, value: NounValue | null): unknown {
  if (value === null || kind !== "Template" || !("files" in value)) return value;
  return JSON.parse(storeFiles(value));
}
