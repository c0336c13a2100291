/** Keys from `from` on, below `to`. */
export interface KeyRange {
  readonly from: string;
  readonly to: string;
}

/** Above every key: keys are ASCII. */
const LAST = "\u{10ffff}";
export const ALL_KEYS: KeyRange = { from: "", to: LAST };

/** All keys that begin with these names and a slash. `0` follows the slash in ASCII. */
export function keysBelow(prefix: string): KeyRange {
  return { from: `${prefix}/`, to: `${prefix}0` };
}

/** What is left of ranges behind a key; lowest first. */
export function rangesAfter(ranges: readonly KeyRange[], after: string): readonly KeyRange[] {
  return ranges
    .filter((range) => range.to > after)
    .map((range) => (range.from > after ? range : { from: `${after}\0`, to: range.to }))
    .sort((left, right) => (left.from < right.from ? -1 : 1));
}
