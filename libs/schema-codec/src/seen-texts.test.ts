import fc from "fast-check";
import { expect, test } from "vitest";
import { SeenTexts } from "./seen-texts.ts";

function textOf(texts: SeenTexts, text: string): string {
  const bytes = Buffer.from(`<${text}>`);
  return texts.textIn(bytes, 1, bytes.length - 2);
}

test("bytes are the text that they are in UTF-8, whatever was seen before", () => {
  const texts = new SeenTexts();
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme", maxLength: 12 })), (each) => {
      for (const text of [...each, ...each]) {
        const plain = Buffer.from(text).toString();
        expect(textOf(texts, text)).toBe(plain);
      }
    }),
  );
});

test("texts that take the places of others, and those that are long, are whole", () => {
  const texts = new SeenTexts();
  const all = Array.from({ length: 100_000 }, (_, at) => `default/t${at}`);
  all.push("", "x".repeat(31), "x".repeat(32), "x".repeat(33), "é".repeat(16), "é".repeat(17));
  const wrong = [...all, ...all].filter((text) => textOf(texts, text) !== text);
  expect(wrong).toEqual([]);
});
