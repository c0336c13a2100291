/** Who takes part, and what it works on now. */
export interface Sharer {
  readonly member: string;
  readonly held: readonly number[];
}

/**
 * Divides `count` partitions evenly; whoever holds some keeps as many as it may, so that little
 * moves. The same for every order of the sharers.
 */
export function planShares(
  count: number,
  sharers: readonly Sharer[],
): ReadonlyMap<string, readonly number[]> {
  const free = new Set(Array.from({ length: count }, (_, at) => at));
  // Whoever holds more keeps more, where the numbers do not come out even.
  const sorted = sharers.toSorted(
    (a, b) => b.held.length - a.held.length || (a.member < b.member ? -1 : 1),
  );
  const small = Math.floor(count / sorted.length);
  const larger = count % sorted.length;
  const plan = sorted.map(({ member, held }, at) => {
    const quota = small + (at < larger ? 1 : 0);
    const kept: number[] = [];
    for (const partition of held) {
      if (kept.length < quota && free.delete(partition)) kept.push(partition);
    }
    return { member, quota, kept };
  });
  const rest = free.values();
  for (const { quota, kept } of plan) {
    while (kept.length < quota) {
      const { value, done } = rest.next();
      if (done === true) break;
      kept.push(value);
    }
  }
  return new Map(plan.map(({ member, kept }) => [member, kept.toSorted((a, b) => a - b)]));
}
