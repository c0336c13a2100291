export interface Backoff {
  readonly firstMs: number;
  readonly capMs: number;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
}

/**
 * How long to wait before the given try (1 is the first one after a failure): twice as long each
 * time up to a cap, of which a random half to all, so that hosts that lost a server together do not
 * come back together.
 */
export function backoffMs(attempt: number, { firstMs, capMs, random }: Backoff): number {
  const full = Math.min(capMs, firstMs * 2 ** (Math.max(1, attempt) - 1));
  return Math.round(full / 2 + (full / 2) * random());
}
