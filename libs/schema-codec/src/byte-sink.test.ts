import avsc from "avsc";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ByteSink } from "./byte-sink.ts";

const [longs, texts] = [avsc.Type.forSchema("long"), avsc.Type.forSchema("string")];
const EDGES = [0, 63, 64, 8_191, 8_192, 2 ** 29, 2 ** 30, 2 ** 31, 2 ** 32, 2 ** 51];
/** About the lengths at which another way of writing begins, or one more byte for the length. */
const TEXTS = [
  1, 7, 8, 9, 21, 22, 31, 32, 63, 64, 2_730, 2_731, 8_191, 8_192, 16_384, 16_385,
].flatMap((units) =>
  ["a", "é", "€", "😀"].flatMap((unit) => [unit.repeat(units), `${"a".repeat(units - 1)}${unit}`]),
);
const anyText = fc.string({ unit: "binary", maxLength: 40 });

function written(write: (sink: ByteSink) => void): Buffer {
  // So little that it must grow.
  const sink = new ByteSink(4);
  write(sink);
  return Buffer.from(sink.view());
}

test("numbers are written as the Avro library writes them", () => {
  const check = (value: number): void => {
    expect(written((sink) => sink.long(value))).toEqual(longs.toBuffer(value));
  };
  for (const edge of EDGES) for (const by of [-1, 0, 1]) check(edge + by);
  for (const edge of EDGES) for (const by of [-1, 0, 1]) check(by - edge);
  fc.assert(fc.property(fc.integer({ min: -(2 ** 52), max: 2 ** 52 }), check));
});

test("texts are written as the Avro library writes them", () => {
  const check = (value: string): void => {
    expect(written((sink) => sink.text(value))).toEqual(texts.toBuffer(value));
  };
  for (const value of TEXTS) check(value);
  fc.assert(fc.property(anyText, check));
});

test("half of a surrogate pair is written as what it is read as", () => {
  for (const units of [1, 8, 9, 100]) {
    const value = "\ud83d".repeat(units);
    const bytes = written((sink) => sink.text(value));
    expect(bytes).toEqual(texts.toBuffer("\ufffd".repeat(units)));
    expect(written((sink) => sink.utf8(value))).toEqual(Buffer.from(value));
  }
});

test("quoted texts are as JSON writes them, whether from a text or from its bytes", () => {
  const check = (value: string): void => {
    const json = Buffer.from(JSON.stringify(value));
    const bytes = Buffer.from(` ${value} `);
    expect(written((sink) => sink.quoted(value))).toEqual(json);
    expect(written((sink) => sink.quotedBytes(bytes, 1, bytes.length - 1))).toEqual(json);
  };
  for (const value of ['"', "\\", "\n", "\u001f", "\u007f", "\u2028", "é€😀", "a/b"]) check(value);
  fc.assert(fc.property(anyText, check));
});

test("what was taken stays as it is while more is written", () => {
  fc.assert(
    fc.property(fc.array(anyText, { maxLength: 60 }), (values) => {
      const sink = new ByteSink(64);
      const taken = values.map((value) => {
        sink.utf8(value);
        return sink.take();
      });
      expect(taken.map((bytes) => Buffer.from(bytes).toString())).toEqual(values);
    }),
  );
});

test("what is small does not hold back the memory of what is large", () => {
  const sink = new ByteSink(64);
  const take = (text: string): Uint8Array => {
    sink.text(text);
    return sink.take();
  };
  const large = "é".repeat(50_000);
  const [before, between, after] = [take("a"), take(large), take("b")];
  expect(Buffer.from(between)).toEqual(texts.toBuffer(large));
  expect(between.buffer.byteLength).toBeLessThan(4 * between.length);
  expect(Math.max(before.buffer.byteLength, after.buffer.byteLength)).toBe(64);
});

test("what is cleared is gone, and what stands before it is not", () => {
  const sink = new ByteSink(4);
  sink.utf8("taken");
  sink.take();
  sink.utf8("kept, and this is not");
  sink.clear(4);
  expect(sink.length).toBe(4);
  sink.utf8("!");
  expect(Buffer.from(sink.view()).toString()).toBe("kept!");
  expect(sink.endsWith(Buffer.from("t!"), 3)).toBe(true);
  expect(sink.endsWith(Buffer.from("t!"), 2)).toBe(false);
  expect(sink.endsWith(Buffer.from("t?"), 3)).toBe(false);
});
