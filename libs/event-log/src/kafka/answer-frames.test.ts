import fc from "fast-check";
import { expect, test } from "vitest";
import { AnswerFrames } from "./answer-frames.ts";

/** What comes of bytes that are read in pieces of at most these sizes, again and again. */
function cut(bytes: Uint8Array, sizes: readonly number[]): readonly Buffer[] {
  const found: Buffer[] = [];
  const frames = new AnswerFrames((frame) => void found.push(frame));
  for (let at = 0, read = 0; at < bytes.length; read += 1) {
    const room = frames.room();
    const size = Math.min(room.length, sizes[read % sizes.length] ?? 1, bytes.length - at);
    room.set(bytes.subarray(at, at + size));
    at += size;
    frames.filled(size);
  }
  return found;
}

function framed(size: number, fill: number): Buffer {
  const frame = Buffer.alloc(4 + size, fill);
  frame.writeInt32BE(size, 0);
  return frame;
}

const size = fc.oneof(fc.nat(40), fc.integer({ min: 65_000, max: 66_000 }), fc.nat(300_000));

test("answers come whole and in order, however they are read", () => {
  fc.assert(
    fc.property(
      fc.array(size, { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 5 }),
      (answers, sizes) => {
        const frames = answers.map((bytes, at) => framed(bytes, at + 1));
        const found = cut(Buffer.concat(frames), sizes);
        expect(found.map((frame) => frame.length)).toEqual(frames.map((frame) => frame.length));
        expect(found.every((frame, at) => frame.equals(frames[at] ?? Buffer.of()))).toBe(true);
      },
    ),
  );
});

test("an answer may come a byte at a time", () => {
  const frames = [framed(3, 1), framed(0, 0), framed(70_000, 2), framed(1, 3)];
  expect(cut(Buffer.concat(frames), [1])).toEqual(frames);
});

test.each([
  ["a negative length", -1],
  ["a length that no answer has", 0x7f_ff_ff_ff],
])("%s is no answer of a broker", (_, length) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(length, 0);
  expect(() => cut(bytes, [4])).toThrow(RangeError);
});
