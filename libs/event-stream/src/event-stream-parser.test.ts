import fc from "fast-check";
import { expect, test } from "vitest";
import { EventStreamParser, type ServerSentEvent } from "./event-stream-parser.ts";

const parse = (...chunks: readonly string[]): readonly ServerSentEvent[] => {
  const parser = new EventStreamParser();
  return chunks.flatMap((chunk) => parser.push(Buffer.from(chunk)));
};
const event = (data: string, type = "message", lastEventId = ""): ServerSentEvent => ({
  type,
  data,
  lastEventId,
});

test("an event has a type, lines of data and the newest id", () => {
  expect(parse("id: 7\nevent: mark\ndata: a\ndata:  b\ndata\n\ndata: c\n\n")).toEqual([
    event("a\n b\n", "mark", "7"),
    event("c", "message", "7"),
  ]);
});

test.each([
  ["LF", "\n"],
  ["CRLF", "\r\n"],
  ["CR", "\r"],
])("lines may end in %s", (_, end) => {
  expect(parse(["data: a", "", "data: b", "", ""].join(end))).toEqual([event("a"), event("b")]);
});

test("a CRLF that is cut in two ends one line, not two", () => {
  expect(parse("data: a\r", "\ndata: b\r", "\n\r", "\n")).toEqual([event("a\nb")]);
});

test("comments, unknown fields, a byte order mark and empty events are passed over", () => {
  expect(parse("\ufeff: hello\n\nevent: x\n\nfoo: bar\ndata:a\n: note\n\n\n")).toEqual([
    event("a"),
  ]);
  expect(parse("data: \ufeffa\n\n\ufeffdata: b\n\n")).toEqual([event("\ufeffa")]);
});

test("an id counts without data, and one with a zero byte does not", () => {
  const parser = new EventStreamParser();
  parser.push(Buffer.from("id: 8\n\nid: 9\0\n\n"));
  expect(parser.lastEventId).toBe("8");
  parser.push(Buffer.from("id\n\n"));
  expect(parser.lastEventId).toBe("");
});

test("retry is a number of milliseconds or nothing", () => {
  const parser = new EventStreamParser();
  parser.push(Buffer.from("retry: soon\nretry: -1\nretry:\n"));
  expect(parser.retryMs).toBeNull();
  parser.push(Buffer.from("retry: 1500\n"));
  expect(parser.retryMs).toBe(1500);
});

test("an event that is not finished does not count", () => {
  expect(parse("data: a\n\ndata: b\n")).toEqual([event("a")]);
});

test("what comes out does not depend on where the chunks are cut", () => {
  const text = fc.stringMatching(/^(id: \d\n|data: (a|é|😀|\r|\n)*\n|event: x\r\n|:c\r|\n|\r\n)*$/);
  fc.assert(
    fc.property(text, fc.array(fc.nat(7)), (stream, cuts) => {
      const bytes = Buffer.from(`${stream}\n\n`);
      const parser = new EventStreamParser();
      const events: ServerSentEvent[] = [];
      let from = 0;
      for (const cut of [...cuts, bytes.length]) {
        events.push(...parser.push(bytes.subarray(from, from + cut)));
        from += cut;
      }
      expect(events).toEqual(parse(`${stream}\n\n`));
    }),
  );
});

test("a chunk may be used again by its owner", () => {
  const parser = new EventStreamParser();
  const buffer = Buffer.from("data: a");
  parser.push(buffer);
  buffer.fill("x");
  expect(parser.push(Buffer.from("\n\n"))).toEqual([event("a")]);
});

test("a line or an event over its limit is an error, whatever the chunks", () => {
  const limits = { lineBytesMax: 100, eventBytesMax: 250 };
  const fill = (parser: EventStreamParser, text: string): void => {
    for (const char of text) parser.push(Buffer.from(char));
  };
  expect(() => fill(new EventStreamParser(limits), `:${"x".repeat(100)}`)).toThrow(
    expect.objectContaining({ code: "line-too-long" }),
  );
  const line = `data: ${"x".repeat(90)}\n`;
  expect(() => fill(new EventStreamParser(limits), line.repeat(3))).toThrow(
    expect.objectContaining({ code: "event-too-large" }),
  );
  const parser = new EventStreamParser(limits);
  fill(parser, `${line}${line}\n`.repeat(20));
  fill(parser, `:${"x".repeat(90)}\n`.repeat(20));
});
