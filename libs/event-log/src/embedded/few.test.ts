import { describe, expect, it } from "vitest";
import { countOf, hasItem, itemsOf, withItem, withoutItem, type Few } from "./few.ts";

const items = Array.from({ length: 4 }, (_, at) => ({ at }));

describe("a few", () => {
  it("is what a set of the same is, after each of all short histories", () => {
    const moves = items.slice(0, 3).flatMap((item) => [
      { item, isAdded: true },
      { item, isAdded: false },
    ]);
    const histories = moves.flatMap((a) =>
      moves.flatMap((b) => moves.flatMap((c) => moves.map((d) => [a, b, c, d]))),
    );
    for (const history of histories) {
      let few: Few<{ readonly at: number }>;
      const set = new Set<{ readonly at: number }>();
      for (const { item, isAdded } of history) {
        few = isAdded ? withItem(few, item) : withoutItem(few, item);
        if (isAdded) set.add(item);
        else set.delete(item);
        expect([...itemsOf(few)]).toEqual([...set]);
        expect(countOf(few)).toBe(set.size);
        expect(items.map((one) => hasItem(few, one))).toEqual(items.map((one) => set.has(one)));
      }
    }
  });

  it("is no set while it is none or one", () => {
    const [one, other] = items;
    if (one === undefined || other === undefined) throw new Error("two are needed");
    expect(withItem(undefined, one)).toBe(one);
    expect(withItem(one, one)).toBe(one);
    expect(withoutItem(withItem(one, other), other)).toEqual(new Set([one]));
    expect(withoutItem(one, one)).toBeUndefined();
  });
});
