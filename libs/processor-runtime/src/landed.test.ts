import { describe, expect, it } from "vitest";
import { Landed } from "./landed.ts";

describe("where own records landed", () => {
  it("knows each of them, in one piece or in several, asked before and after more land", () => {
    const landed = new Landed();
    landed.add(3, 2);
    landed.add(5, 1);
    expect([0, 2, 3, 4].map((offset) => landed.has(offset))).toEqual([false, false, true, true]);
    landed.add(9, 2);
    landed.add(12, 1);
    const asked = [5, 6, 8, 9, 10, 11, 12, 13];
    expect(asked.map((offset) => landed.has(offset))).toEqual([
      true,
      false,
      false,
      true,
      true,
      false,
      true,
      false,
    ]);
    landed.add(20, 1);
    expect([19, 20, 21].map((offset) => landed.has(offset))).toEqual([false, true, false]);
  });

  it("knows nothing before something landed, and nothing of an append of no records", () => {
    const landed = new Landed();
    expect(landed.has(0)).toBe(false);
    landed.add(4, 0);
    expect(landed.has(4)).toBe(false);
  });

  it("begins with the first offset", () => {
    const landed = new Landed();
    landed.add(0, 1);
    expect([landed.has(0), landed.has(1)]).toEqual([true, false]);
  });
});
