import { expect, test } from "vitest";
import { CutFold } from "./cut-fold.ts";
import { Signal } from "./signal.ts";
import { StuckWatch } from "./stuck-watch.ts";

const YEAR_MS = 365 * 24 * 60 * 60 * 1_000;

function stuckFold(): CutFold {
  const fold = new CutFold();
  fold.addCut({ revision: 1, sum: 0n });
  fold.start(1);
  fold.take(1);
  fold.addCut({ revision: 2, sum: 7n });
  fold.advance();
  return fold;
}

function watchAt(): { watch: StuckWatch; pass: (durationMs: number) => void; woken: () => number } {
  let nowMs = 0;
  let offMs = 10 * YEAR_MS;
  let wakings = 0;
  const sleeping: { atMs: number; wake: () => void }[] = [];
  const arrived = new Signal();
  const raise = arrived.raise.bind(arrived);
  arrived.raise = () => {
    wakings += 1;
    raise();
  };
  const clock = {
    // Anybody may set it.
    now: () => nowMs + (offMs = -offMs),
    sleep: (durationMs: number) =>
      new Promise<void>((wake) => sleeping.push({ atMs: nowMs + durationMs, wake })),
  };
  return {
    watch: new StuckWatch(clock, arrived, new AbortController().signal),
    pass: (durationMs) => {
      nowMs += durationMs;
      for (const { atMs, wake } of sleeping) if (atMs <= nowMs) wake();
    },
    woken: () => wakings,
  };
}

test("a cut that does not verify for a minute makes the reader start over once, then alarm", async () => {
  const { watch, pass, woken } = watchAt();
  expect(watch.look([stuckFold()])).toBe("no");
  pass(59_000);
  expect(watch.look([stuckFold()])).toBe("no");
  pass(1_000);
  await Promise.resolve();
  expect(woken()).toBe(1);
  expect(watch.look([stuckFold()])).toBe("start-over");
  expect(watch.look([stuckFold()])).toBe("no");
  pass(60_000);
  await Promise.resolve();
  expect(watch.look([stuckFold()])).toBe("alarm");
});

test("a reader that goes on is not stuck", () => {
  const { watch, pass } = watchAt();
  expect(watch.look([stuckFold()])).toBe("no");
  pass(60_000);
  const verified = new CutFold();
  verified.addCut({ revision: 1, sum: 0n });
  verified.start(1);
  expect(watch.look([verified])).toBe("no");
  expect(watch.look([stuckFold()])).toBe("no");
});
