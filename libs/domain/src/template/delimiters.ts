/** The texts between which a tag stands. */
export interface Delimiters {
  readonly open: string;
  readonly close: string;
}

export const DEFAULT_DELIMITERS: Delimiters = { open: "{{", close: "}}" };
const DELIMITER_LENGTH_MAX = 8;

/** None means Mustache's own; two are the opening and the closing one. Anything else is a fault, as a sentence. */
export function parseDelimiters(texts: readonly string[]): Delimiters | { readonly fault: string } {
  if (texts.length === 0) return DEFAULT_DELIMITERS;
  const [open, close] = texts;
  if (texts.length !== 2 || open === undefined || close === undefined) {
    return { fault: "delimiters are two texts, the opening and the closing one" };
  }
  for (const text of [open, close]) {
    if (text === "" || text.length > DELIMITER_LENGTH_MAX) {
      return { fault: `a delimiter has 1 to ${DELIMITER_LENGTH_MAX} characters` };
    }
    if (/[\s=]/.test(text)) return { fault: 'a delimiter has no blanks and no "="' };
    if (/[\p{L}\p{N}]/u.test(text)) return { fault: "a delimiter has no letters and digits" };
  }
  return { open, close };
}
