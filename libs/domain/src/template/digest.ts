import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { Piece, RenderedFile } from "../records.generated.ts";
import { utf8Bytes } from "../utf8.ts";

/** Changing the encoding below changes this, so that no digest of one can be taken for one of the other. */
const DOMAIN = "titan rendered files 1";

/**
 * SHA-256, hexadecimal, over paths, modes and pieces of rendered files in their order. Every part is preceded by its
 * kind and its length, so no two different lists of files are encoded alike.
 */
export function digestOf(files: readonly RenderedFile[]): string {
  const hash = sha256.create();
  const length = new DataView(new ArrayBuffer(5));
  const put = (kind: string, content: Uint8Array): void => {
    length.setUint8(0, kind.charCodeAt(0));
    length.setUint32(1, content.length);
    hash.update(new Uint8Array(length.buffer)).update(content);
  };
  const count = (kind: string, value: number): void => put(kind, utf8Bytes(String(value)));
  put("D", utf8Bytes(DOMAIN));
  count("F", files.length);
  for (const file of files) {
    put("p", utf8Bytes(file.path));
    put("m", utf8Bytes(file.executable ? "executable" : "plain"));
    if (file.bytes !== null) {
      put("b", file.bytes);
      continue;
    }
    count("P", file.pieces.length);
    for (const piece of file.pieces) put(...partOf(piece));
  }
  return bytesToHex(hash.digest());
}

function partOf(piece: Piece): [kind: string, content: Uint8Array] {
  if (piece.text !== null) return ["t", utf8Bytes(piece.text)];
  if (piece.label !== null) return ["l", utf8Bytes(piece.label)];
  return ["h", utf8Bytes("")];
}
