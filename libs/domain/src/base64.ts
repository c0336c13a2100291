const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const WELL_FORMED = /^[A-Za-z0-9+/]*={0,2}$/;

/** The bytes that RFC 4648 base64 with padding and without line ends encodes; undefined when it is none. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !WELL_FORMED.test(text)) return undefined;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let length = 0;
  for (let index = 0; index < text.length; index += 4) {
    const group =
      (valueAt(text, index) << 18) |
      (valueAt(text, index + 1) << 12) |
      (valueAt(text, index + 2) << 6) |
      valueAt(text, index + 3);
    for (let shift = 16; shift >= 0 && length < bytes.length; shift -= 8) {
      bytes[length++] = (group >>> shift) & 0xff;
    }
  }
  // Bits that no byte holds must be zero: two texts never mean the same bytes.
  return encodeBase64(bytes) === text ? bytes : undefined;
}

export function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  for (let index = 0; index < bytes.length; index += 3) {
    const [first = 0, second, third] = bytes.subarray(index, index + 3);
    const group = (first << 16) | ((second ?? 0) << 8) | (third ?? 0);
    text += letterOf(group >>> 18) + letterOf(group >>> 12);
    text += second === undefined ? "=" : letterOf(group >>> 6);
    text += third === undefined ? "=" : letterOf(group);
  }
  return text;
}

function letterOf(bits: number): string {
  return LETTERS.charAt(bits & 0x3f);
}

/** Padding counts as zero. */
function valueAt(text: string, index: number): number {
  return Math.max(0, LETTERS.indexOf(text.charAt(index)));
}
