/** Whoever is sent away for longer asks again after this: the server may be another one by then. */
const RETRY_AFTER_MAX_S = 300;
/** The header counts in seconds; who is sent to the same one is to spread over it. */
const SPREAD_MS = 1_000;
const SECONDS = /^\d{1,9}$/;

/**
 * How long a server that answered `Retry-After` asks to stay away, and up to a second more by
 * chance; undefined when it names no number of seconds. (A date would compare two clocks.)
 */
export function retryAfterMs(
  header: string | null | undefined,
  { random }: { readonly random: () => number },
): number | undefined {
  const text = header?.trim() ?? "";
  if (!SECONDS.test(text)) return undefined;
  const seconds = Math.min(Number(text), RETRY_AFTER_MAX_S);
  return Math.round(seconds * 1_000 + SPREAD_MS * random());
}
