import type { Code } from "../codes.ts";
import type { Delimiters } from "./delimiters.ts";
import { parseDelimiters } from "./delimiters.ts";

/** Tags of one file. */
const FILE_TAGS_MAX = 5_000;
/** Characters of one tag, comments apart. */
const TAG_LENGTH_MAX = 1_024;
/** Characters of one comment. */
const COMMENT_LENGTH_MAX = 16 * 1_024;
/** Blanks in a row within a tag or a comment. */
const TAG_BLANKS_MAX = 128;
/** Sections within sections. */
const SECTION_DEPTH_MAX = 64;

export interface TagFault {
  readonly code: Code;
  readonly detail: string;
  readonly hint: string;
  /** Offset in the text. */
  readonly position: number;
}

interface OpenSection {
  readonly name: string;
  readonly position: number;
}

const BLANK = /\s/;
const LONG_BLANK = new RegExp(`\\s{${TAG_BLANKS_MAX + 1}}`);
const TYPES = "#^/>{&=!";

/**
 * Goes over the tags of a file once, from left to right, before Mustache's parser sees it, and names the first fault.
 * That parser takes time that grows with the square of the tags and of the blanks in them, and tells neither lines
 * nor limits; what passes here it parses in bounded time and without an exception.
 */
export function tagFault(text: string, delimiters: Delimiters): TagFault | undefined {
  return new TagScan(text, delimiters).fault();
}

class TagScan {
  readonly #text: string;
  #delimiters: Delimiters;
  #position = 0;
  readonly #sections: OpenSection[] = [];

  constructor(text: string, delimiters: Delimiters) {
    this.#text = text;
    this.#delimiters = delimiters;
  }

  fault(): TagFault | undefined {
    for (let tags = 0; ; tags++) {
      const start = this.#text.indexOf(this.#delimiters.open, this.#position);
      if (start < 0) break;
      if (tags === FILE_TAGS_MAX) {
        return complex(start, `a file has at most ${FILE_TAGS_MAX} tags`);
      }
      const fault = this.#tag(start);
      if (fault !== undefined) return fault;
    }
    const open = this.#sections.at(-1);
    if (open === undefined) return undefined;
    return syntax(open.position, `section "${shorten(open.name)}" is not closed`);
  }

  #tag(start: number): TagFault | undefined {
    const { open, close } = this.#delimiters;
    let from = this.#afterBlanks(start + open.length);
    const letter = this.#text.charAt(from);
    const type = letter !== "" && TYPES.includes(letter) ? letter : "";
    from = this.#afterBlanks(from + type.length);
    const ending = type === "{" ? `}${close}` : type === "=" ? `=${close}` : close;
    const end = this.#endOf(ending, from, type);
    if (end < 0) return syntax(start, `a tag is not closed by "${ending}"`);
    const lengthMax = type === "!" ? COMMENT_LENGTH_MAX : TAG_LENGTH_MAX;
    if (end - start > lengthMax) {
      return complex(start, `a tag has at most ${lengthMax} characters`);
    }
    const inside = this.#text.slice(start, end);
    if (LONG_BLANK.test(inside)) {
      return complex(start, `a tag has at most ${TAG_BLANKS_MAX} blanks in a row`);
    }
    this.#position = end + ending.length;
    return this.#meaning(type, this.#text.slice(from, end).trimEnd(), start);
  }

  #meaning(type: string, value: string, start: number): TagFault | undefined {
    switch (type) {
      case "=":
        return this.#change(value, start);
      case "#":
      case "^":
        if (this.#sections.length === SECTION_DEPTH_MAX) {
          const detail = `sections are nested at most ${SECTION_DEPTH_MAX} deep`;
          return { code: "nesting-too-deep", detail, hint: "", position: start };
        }
        this.#sections.push({ name: value, position: start });
        return undefined;
      case "/":
        return this.#close(value, start);
      case ">": {
        const detail = `partials do not exist here, and "${shorten(value)}" is one`;
        const hint = "put the text into the file itself";
        return { code: "template-unsupported", detail, hint, position: start };
      }
      default:
        return undefined;
    }
  }

  #change(value: string, start: number): TagFault | undefined {
    const delimiters = parseDelimiters(value.split(/\s+/));
    if ("fault" in delimiters) return syntax(start, delimiters.fault);
    this.#delimiters = delimiters;
    return undefined;
  }

  #close(value: string, start: number): TagFault | undefined {
    const open = this.#sections.pop();
    if (open === undefined) return syntax(start, `section "${shorten(value)}" was not opened`);
    if (open.name === value) return undefined;
    return syntax(
      start,
      `section "${shorten(open.name)}" is open here, and "${shorten(value)}" is closed`,
    );
  }

  /** Where the ending begins, blanks between `=` and the closing delimiter left out, as Mustache does. */
  #endOf(ending: string, from: number, type: string): number {
    const end = this.#text.indexOf(ending, from);
    if (type !== "=") return end;
    const equals = this.#text.indexOf("=", from);
    return equals === end ? end : -1;
  }

  #afterBlanks(from: number): number {
    let index = from;
    while (index < this.#text.length && BLANK.test(this.#text.charAt(index))) index++;
    return index;
  }
}

function shorten(name: string): string {
  return name.length > 80 ? `${name.slice(0, 80)}…` : name;
}

function syntax(position: number, detail: string): TagFault {
  return { code: "template-syntax", detail, hint: "", position };
}

function complex(position: number, detail: string): TagFault {
  return { code: "template-too-complex", detail, hint: "", position };
}
