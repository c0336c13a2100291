/** Time as the shell sees it, in whole milliseconds: nothing that is decided depends on it. */
export interface Clock {
  now(): number;
  sleep(durationMs: number): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (durationMs) =>
    new Promise((resolve) => {
      setTimeout(resolve, durationMs);
    }),
};
