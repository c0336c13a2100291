import avsc from "avsc";
import { SeenTexts } from "./seen-texts.ts";

/** What the library reads bytes with. It is in none of its types. */
interface Tap {
  readonly buf: Buffer;
  pos: number;
  readLong(): number;
  readString(): string;
  skipLong(): void;
}

const seen = new SeenTexts();

function textAt(tap: Tap): string {
  const { buf, pos } = tap;
  const length = tap.readLong();
  const from = tap.pos;
  if (length < 0 || from + length > buf.length) {
    // What ends too early is for the library to notice.
    tap.pos = pos;
    return tap.readString();
  }
  tap.pos = from + length;
  return seen.textIn(buf, from, length);
}

/** As the library's, for texts that others have too: what was read lately is the same text again. */
class TextType extends avsc.types.StringType {
  _read(tap: Tap): string {
    return textAt(tap);
  }
}

/** As the library's, with such texts as keys. */
class TextMapType extends avsc.types.MapType {
  _read(tap: Tap): Readonly<Record<string, unknown>> {
    // It may be a resolver that has this function, and the resolvers of its values as types of them.
    const values = this.valuesType as { _read(tap: Tap): unknown };
    const map: Record<string, unknown> = {};
    for (let count = tap.readLong(); count !== 0; count = tap.readLong()) {
      if (count < 0) tap.skipLong();
      for (let left = Math.abs(count); left > 0; left -= 1) {
        const key = textAt(tap);
        map[key] = values._read(tap);
      }
    }
    return map;
  }
}

const textType = new TextType();

/**
 * For `avsc.Type.forSchema`: what lists and maps have as texts are names that others have too. Undefined
 * leaves a schema to the library.
 */
export function textTypeOf(
  schema: avsc.Schema,
  options: Partial<avsc.ForSchemaOptions>,
): avsc.Type | undefined {
  if (typeof schema !== "object" || !("type" in schema)) return undefined;
  if (schema.type === "array" && schema.items === "string") {
    return new avsc.types.ArrayType({ type: "array", items: textType }, options);
  }
  if (schema.type !== "map") return undefined;
  const values = schema.values === "string" ? textType : schema.values;
  return new TextMapType({ type: "map", values }, options);
}
