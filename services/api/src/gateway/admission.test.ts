import fc from "fast-check";
import { expect, test } from "vitest";
import { ApiProblem } from "../problem.ts";
import { Admission } from "./admission.ts";

const LIMITS = { perSecond: 10, atOnceMax: 20, waitingMax: 5 };
const nothing = (): Promise<void> => Promise.resolve();

/** Seconds after which to come again; undefined for whoever was let in. */
async function ask(admission: Admission, wait = nothing): Promise<number | undefined> {
  try {
    await admission.admit(wait);
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    expect(error.body.code).toBe("overloaded");
    return Number(error.headers["retry-after"]);
  }
}

test("so many are let in at once, and as many each second as there is room for", async () => {
  let now = 0;
  const admission = new Admission(LIMITS, () => now);
  const answers: (number | undefined)[] = [];
  for (let at = 0; at < 45; at += 1) answers.push(await ask(admission));
  expect(answers.slice(0, 20)).toEqual(Array<undefined>(20).fill(undefined));
  expect(answers.slice(20)).toEqual([
    ...Array<number>(10).fill(1),
    ...Array<number>(10).fill(2),
    ...Array<number>(5).fill(3),
  ]);
  now = 500;
  const later: (number | undefined)[] = [];
  for (let at = 0; at < 6; at += 1) later.push(await ask(admission));
  expect(later).toEqual([...Array<undefined>(5).fill(undefined), 3]);
});

test("who waits for a cut takes a place until the wait is over, however it ends", async () => {
  const admission = new Admission(LIMITS, () => 0);
  const waits = Array.from({ length: 5 }, () => Promise.withResolvers<void>());
  const answers = waits.map(({ promise }) => ask(admission, () => promise));
  expect(await ask(admission)).toBe(1);
  waits[0]?.reject(ApiProblem.of("overloaded", "", { headers: { "retry-after": "7" } }));
  waits[1]?.resolve();
  expect(await Promise.all(answers.slice(0, 2))).toEqual([7, undefined]);
  expect([await ask(admission), await ask(admission)]).toEqual([undefined, undefined]);
  for (const { resolve } of waits) resolve();
  await Promise.all(answers);
});

test("a fleet that comes when it is told to is taken in at the pace of the server", async () => {
  const fleets = fc.record({
    agents: fc.integer({ min: 1, max: 400 }),
    chances: fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
  });
  await fc.assert(
    fc.asyncProperty(fleets, async ({ agents, chances }) => {
      let now = 0;
      const admission = new Admission(LIMITS, () => now);
      const coming = Array<number>(agents).fill(0);
      let asked = 0;
      for (let next = coming.shift(); next !== undefined; next = coming.shift()) {
        now = next;
        asked += 1;
        const seconds = await ask(admission);
        if (seconds !== undefined) coming.push(now + (seconds + chances.next().value) * 1_000);
        coming.sort((one, other) => one - other);
      }
      // As if all had stood in a line, and a few seconds for chance.
      const lineMs = (Math.max(0, agents - LIMITS.atOnceMax) / LIMITS.perSecond) * 1_000;
      expect(now).toBeGreaterThanOrEqual(lineMs);
      expect(now).toBeLessThanOrEqual(1.5 * lineMs + 10_000);
      expect(asked).toBeLessThanOrEqual(4 * agents);
    }),
    { numRuns: 50 },
  );
});
