const encoder = new TextEncoder();

/** The bytes that `text` takes in UTF-8, counted without encoding it. Half a surrogate pair counts three. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    // A pair has two units and four bytes: each of its halves adds one.
    const isHalf = unit >= 0xd800 && unit <= 0xdfff && isPaired(text, index, unit);
    bytes += unit < 0x800 || isHalf ? 1 : 2;
  }
  return bytes;
}

export function utf8Bytes(text: string): Uint8Array {
  return encoder.encode(text);
}

function isPaired(text: string, index: number, unit: number): boolean {
  const other = unit < 0xdc00 ? text.charCodeAt(index + 1) : text.charCodeAt(index - 1);
  return unit < 0xdc00 ? other >= 0xdc00 && other <= 0xdfff : other >= 0xd800 && other <= 0xdbff;
}
