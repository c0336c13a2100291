/** All items in their order, at most so many at a time, taken when they are asked for. */
export function* inParts<Item>(items: Iterable<Item>, most: number): Generator<readonly Item[]> {
  let part: Item[] = [];
  for (const item of items) {
    part.push(item);
    if (part.length < most) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}
