/** A thread that plays the seeds it is sent, one after the other. */
import { parentPort } from "node:worker_threads";
import { playSeed, type SeedJob } from "./seed-job.ts";

parentPort?.on("message", (job: SeedJob) => {
  void playSeed(job).then((outcome) => parentPort?.postMessage(outcome));
});
