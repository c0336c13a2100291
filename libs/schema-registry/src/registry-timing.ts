/** How long an external registry is waited for. */
export interface RegistryTiming {
  /** One request. */
  readonly requestTimeoutMs: number;
  /** All of the registration at the start, with repeated tries. */
  readonly startTimeoutMs: number;
  /** Between two tries: the first wait, doubled each time up to the longest. */
  readonly retryMsMin: number;
  readonly retryMsMax: number;
  /** How long an id that the registry does not know is not asked for again. */
  readonly missingMs: number;
}

export const REGISTRY_TIMING: RegistryTiming = {
  requestTimeoutMs: 10_000,
  startTimeoutMs: 60_000,
  retryMsMin: 100,
  retryMsMax: 5_000,
  missingMs: 30_000,
};

/** How long to wait before try number `tries`, counted from 1. */
export function retryMs({ retryMsMin, retryMsMax }: RegistryTiming, tries: number): number {
  return Math.min(retryMsMax, retryMsMin * 2 ** Math.min(tries - 1, 20));
}

/** Resolves after some time, or as soon as the signal comes. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end, { once: true });
  });
}
