import { EventStreamError, EventStreamParser, type ServerSentEvent } from "@titan/event-stream";
import { integerBelow, type Random } from "@titan/event-log/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { CASES, expectInProportion, tryAll } from "./cases.ts";
import { mutated, randomness, sentences } from "./hostile-values.ts";

const LIMITS = { lineBytesMax: 64, eventBytesMax: 128 };
const WORDS = [
  "data",
  ":",
  " ",
  "event",
  "id",
  "retry",
  "\n",
  "\r",
  "\r\n",
  "\n\n",
  "\ufeff",
  "record",
  "\0",
  "1",
  "é",
];

/** The events of a stream that comes in these chunks, and how it ended. */
function eventsOf(chunks: readonly Uint8Array[]): readonly (ServerSentEvent | string)[] {
  const parser = new EventStreamParser(LIMITS);
  const events: (ServerSentEvent | string)[] = [];
  try {
    for (const chunk of chunks) events.push(...parser.push(chunk));
  } catch (error) {
    if (!(error instanceof EventStreamError)) throw error;
    // Events of the chunk that is too much are lost with it, so nothing is compared after that.
    return [];
  }
  return events;
}

function cut(bytes: Uint8Array, random: Random): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = 1 + integerBelow(random, 8);
    chunks.push(bytes.subarray(at, at + length));
    at += length;
  }
  return chunks;
}

test(`${CASES} streams are the same events however they are cut, or end with an EventStreamError`, () => {
  tryAll(fc.tuple(sentences(WORDS, 20), randomness), ([text, random]) => {
    const bytes = mutated(Buffer.from(`${text}\n\n`), random);
    const whole = eventsOf([bytes]);
    const pieces = eventsOf(cut(bytes, random));
    if (whole.length > 0 && pieces.length > 0) expect(pieces).toEqual(whole);
    for (const event of whole) {
      if (typeof event !== "string" && event.data.length > LIMITS.eventBytesMax)
        throw new Error("too long");
    }
  });
});

test("a line or an event without end is dropped at its limit", () => {
  for (const part of ["data: x\n", "x", ":", "data:\n", "id: 1\n"]) {
    const parser = new EventStreamParser(LIMITS);
    const chunk = Buffer.from(part);
    const push = (): void => {
      for (let count = 0; count < 1_000; count += 1) parser.push(chunk);
    };
    if (part === "id: 1\n") expect(push).not.toThrow();
    else expect(push).toThrow(EventStreamError);
  }
});

test.each(["\n", "\r\n", "data: x\n", "data: x\n\n", ":", "x", "id: 1\n", "event: e\n\n", "é"])(
  "a stream of nothing but %j takes time in proportion to its length",
  (part) => {
    const bytesOf = (size: number): Buffer => Buffer.from(part.repeat(size));
    const use = (bytes: Buffer, length: number): void => {
      const parser = new EventStreamParser();
      for (let at = 0; at < bytes.length; at += length)
        parser.push(bytes.subarray(at, at + length));
    };
    expectInProportion(8_000, bytesOf, (bytes) => use(bytes, 65_536));
    expectInProportion(2_000, bytesOf, (bytes) => use(bytes, 1));
  },
);
