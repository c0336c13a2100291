import { isUtf8 } from "node:buffer";

/*
 * Git's paths are bytes; ours are text. Other writers may have pushed bytes that are no UTF-8, and
 * a name that is lost in decoding could never be removed again. So such a byte becomes a lone
 * surrogate, U+DC80 to U+DCFF (as in Python, PEP 383), which no text of ours holds.
 */

/** Splits git's `-z` output into its rows. */
export function decodeRows(output: Buffer): readonly string[] {
  // The usual case in one go: splitting text is many times faster than splitting bytes.
  if (isUtf8(output)) return output.toString("utf8").split("\0").filter(Boolean);
  const rows: string[] = [];
  for (let at = 0; at < output.length;) {
    const found = output.indexOf(0, at);
    const end = found < 0 ? output.length : found;
    if (end > at) rows.push(decodeRow(output.subarray(at, end)));
    at = end + 1;
  }
  return rows;
}

function decodeRow(row: Buffer): string {
  if (isUtf8(row)) return row.toString("utf8");
  let text = "";
  for (const byte of row) text += String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte);
  return text;
}

/** A path as `git fast-import` takes it: always in quotes, so that it is read as nothing else. */
export function quotePath(path: string): string {
  const quoted = path.replaceAll(/["\\]/g, "\\$&").replaceAll("\n", "\\n");
  if (quoted.isWellFormed()) return `"${quoted}"`;
  return `"${quoted.replaceAll(/[\udc80-\udcff]/g, (byte) => `\\${(byte.charCodeAt(0) - 0xdc00).toString(8)}`)}"`;
}
