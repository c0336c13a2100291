import { expect, test } from "vitest";
import { WireReader, WireWriter } from "./wire.ts";

test.each([1, 2, 3, 5, 8, 13])("a writer of %i bytes grows at every field", (sizeBytes) => {
  const writer = new WireWriter(sizeBytes);
  for (let round = 1; round < 50; round += 1) {
    writer
      .int8(-1)
      .int16(round)
      .int32(-round)
      .int64(2 ** 40)
      .text("früh")
      .block(Buffer.of(1, 2));
  }
  const reader = new WireReader(writer.bytes);
  for (let round = 1; round < 50; round += 1) {
    expect(reader.int8()).toBe(-1);
    expect(reader.int16()).toBe(round);
    expect(reader.int32()).toBe(-round);
    expect(reader.int64()).toBe(2 ** 40);
    expect(reader.text()).toBe("früh");
    expect([...reader.block()]).toEqual([1, 2]);
  }
  expect(() => reader.int8()).toThrow(RangeError);
});
