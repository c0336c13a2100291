import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeWithOwnKafka } from "../broker/describe-with-kafka.ts";
import { playRounds } from "./play-rounds.ts";

const ROUNDS = Number(process.env["TITAN_ROUNDS"] ?? 10);
const ROUND_MS = 30_000;
/** CI harms the same in each run; `npm run chaos` plays other rounds each time. */
const SEED = 923_966;
const ROUND_HANG_MS = 900_000;

describeWithOwnKafka("rounds of load and faults on a real Kafka", () => {
  test(
    "no history shows an anomaly",
    async () => {
      const seed = Number(process.env["TITAN_SEED"] ?? SEED);
      const folder = mkdtempSync(join(tmpdir(), "titan-chaos-"));
      const printed: string[] = [];
      const isGood = await playRounds({
        seed,
        roundMs: ROUND_MS,
        folder,
        goesOn: (played) => played < ROUNDS,
        print: (line) => {
          console.log(line);
          printed.push(line);
        },
      });
      expect(isGood, printed.join("\n")).toBe(true);
      rmdirSync(folder);
    },
    ROUNDS * ROUND_HANG_MS,
  );
});
