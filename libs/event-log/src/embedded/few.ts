/**
 * A set of mostly none or one, which then costs no set: there may be 100,000 of them. What is given to
 * these functions is theirs; what they answer takes its place.
 */
export type Few<Item extends object> = Item | Set<Item> | undefined;

export function withItem<Item extends object>(few: Few<Item>, item: Item): Few<Item> {
  if (few instanceof Set) return few.add(item);
  return few === undefined || few === item ? item : new Set([few, item]);
}

export function withoutItem<Item extends object>(few: Few<Item>, item: Item): Few<Item> {
  if (few === item) return undefined;
  if (!(few instanceof Set)) return few;
  few.delete(item);
  return few.size > 0 ? few : undefined;
}

export function hasItem<Item extends object>(few: Few<Item>, item: Item): boolean {
  return few instanceof Set ? few.has(item) : few === item;
}

export function itemsOf<Item extends object>(few: Few<Item>): Iterable<Item> {
  if (few === undefined) return [];
  return few instanceof Set ? few : [few];
}

export function countOf(few: Few<object>): number {
  if (few === undefined) return 0;
  return few instanceof Set ? few.size : 1;
}
