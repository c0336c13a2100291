/** A word, a symbol, or the end of a selector text. `in` and `notin` are words: a label may be called so. */
export interface SelectorToken {
  readonly kind: "word" | "=" | "==" | "!=" | "!" | "(" | ")" | "," | "other" | "end";
  readonly text: string;
  /** Counted in characters from 0. */
  readonly position: number;
}

const SYMBOLS = ["==", "!=", "=", "!", "(", ")", ","] as const;
const BLANKS = " \t\r\n";
const NOT_IN_WORDS = `${BLANKS}=!(),<>`;

/** The tokens of a selector text; the last one is its end. Spaces, tabs and line ends separate and mean nothing. */
export function tokensOf(text: string): readonly SelectorToken[] {
  const tokens: SelectorToken[] = [];
  let position = 0;
  while (position < text.length) {
    if (BLANKS.includes(text.charAt(position))) {
      position++;
      continue;
    }
    const token = tokenAt(text, position);
    tokens.push(token);
    position += token.text.length;
  }
  tokens.push({ kind: "end", text: "", position: text.length });
  return tokens;
}

/** A token as it stands in an error: short, whatever was typed. */
export function describeToken(token: SelectorToken): string {
  if (token.kind === "end") return "the end";
  return JSON.stringify(token.text.length > 80 ? `${token.text.slice(0, 80)}…` : token.text);
}

function tokenAt(text: string, position: number): SelectorToken {
  for (const symbol of SYMBOLS) {
    if (text.startsWith(symbol, position)) return { kind: symbol, text: symbol, position };
  }
  if (NOT_IN_WORDS.includes(text.charAt(position))) {
    return { kind: "other", text: text.charAt(position), position };
  }
  let end = position + 1;
  while (end < text.length && !NOT_IN_WORDS.includes(text.charAt(end))) end++;
  return { kind: "word", text: text.slice(position, end), position };
}
