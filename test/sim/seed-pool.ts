import { Worker } from "node:worker_threads";
import type { SeedJob, SeedOutcome } from "./seed-job.ts";

/**
 * Plays jobs in so many threads. `onOutcome` is told each as it ends, in any order; when it answers
 * false no further one begins.
 */
export async function playSeeds(
  jobs: Iterable<SeedJob>,
  threads: number,
  onOutcome: (outcome: SeedOutcome, job: SeedJob) => boolean,
): Promise<void> {
  const rest = jobs[Symbol.iterator]();
  let goesOn = true;
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL("./seed-worker.ts", import.meta.url));
    try {
      for (let next = rest.next(); goesOn && next.done !== true; next = rest.next()) {
        const job = next.value;
        const outcome = await new Promise<SeedOutcome>((resolve, reject) => {
          worker.removeAllListeners();
          worker.once("message", resolve);
          worker.once("error", reject);
          worker.postMessage(job);
        });
        goesOn = onOutcome(outcome, job) && goesOn;
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: threads }, work));
}

/** The seeds from `first` up to, not including, `end`. */
export function* seedsFrom(
  first: number,
  end: number,
  rest: Omit<SeedJob, "seed">,
): Generator<SeedJob> {
  for (let seed = first; seed < end; seed += 1) yield { ...rest, seed };
}
