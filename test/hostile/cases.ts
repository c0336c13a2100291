import fc, { type Arbitrary } from "fast-check";
import { expect } from "vitest";

/** How many inputs each cheap boundary gets; `TITAN_CASES=1000000` asks for more. */
export const CASES = Number(process.env["TITAN_CASES"] ?? 100_000);
const seedText = process.env["TITAN_SEED"];

/** As many as asked for, less for what costs more: a case counts as so many cheap ones. */
export function casesOf(cost: number): number {
  return Math.max(1, Math.ceil(CASES / cost));
}

/** Tries the check on so many inputs; a failure prints its seed, which `TITAN_SEED` plays again. */
export function tryAll<Input>(
  inputs: Arbitrary<Input>,
  check: (input: Input) => void,
  cases = CASES,
): void {
  const frames = Error.stackTraceLimit;
  // Most inputs are refused, and an error's stack costs more than all else.
  Error.stackTraceLimit = 1;
  try {
    fc.assert(
      fc.property(inputs, (input) => {
        check(input);
      }),
      parametersOf(cases),
    );
  } finally {
    Error.stackTraceLimit = frames;
  }
}

/** As `tryAll`, for what has to be waited for. */
export async function tryEach<Input>(
  inputs: Arbitrary<Input>,
  check: (input: Input) => Promise<void>,
  cases: number,
): Promise<void> {
  await fc.assert(fc.asyncProperty(inputs, check), parametersOf(cases));
}

function parametersOf(numRuns: number): fc.Parameters<unknown> {
  return { numRuns, ...(seedText === undefined ? {} : { seed: Number(seedText) }) };
}

/** Inputs are this many times as long in the second measurement. */
const LONGER = 16;
/** In proportion is 16; what grows with the square takes 256 times as long. */
const RATIO_MAX = 100;
const MEASUREMENTS = 5;
/** Below this, a measurement says more about the machine than about the input. */
const SHORTEST_MICROSECONDS = 2_000;

/**
 * Fails when sixteen times the input takes a hundred times the processor's time. The quickest of
 * several runs counts, so that a busy machine does not matter.
 */
export function expectInProportion<Input>(
  size: number,
  inputOf: (size: number) => Input,
  use: (input: Input) => unknown,
): void {
  const short = shortest(inputOf(size), use);
  const long = shortest(inputOf(size * LONGER), use);
  expect(long / Math.max(short, SHORTEST_MICROSECONDS)).toBeLessThan(RATIO_MAX);
}

function shortest<Input>(input: Input, use: (input: Input) => unknown): number {
  let found = Number.POSITIVE_INFINITY;
  for (let run = 0; run < MEASUREMENTS; run += 1) {
    const before = process.cpuUsage();
    use(input);
    const { user, system } = process.cpuUsage(before);
    found = Math.min(found, user + system);
  }
  return found;
}
