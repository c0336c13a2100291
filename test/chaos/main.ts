/**
 * Rounds of load and faults by hand; see README.md. Exits 1 at the first round with an anomaly, and
 * leaves its history.
 */
import { mkdtempSync, readFileSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkHistory } from "./checks/check-history.ts";
import { parseHistory } from "./history/history.ts";
import { playRounds } from "./play-rounds.ts";
import type { ReadTopics } from "./truth/topic-record.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    rounds: { type: "string" },
    "round-seconds": { type: "string", default: "30" },
    seed: { type: "string" },
    check: { type: "string" },
  },
});

if (values.check === undefined) await play();
else check(values.check);

async function play(): Promise<void> {
  // The processes of a round end when this one exits, which a signal alone does not make it do.
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => process.exit(130));
  const folder = mkdtempSync(join(tmpdir(), "titan-chaos-"));
  const deadline = performance.now() + Number(values.minutes) * 60_000;
  const { rounds } = values;
  const isGood = await playRounds({
    seed: Number(values.seed ?? Date.now() % 1_000_000),
    roundMs: Number(values["round-seconds"]) * 1_000,
    folder,
    goesOn: (played) =>
      rounds === undefined ? performance.now() < deadline : played < Number(rounds),
    print: (line) => console.log(line),
  });
  if (isGood) rmdirSync(folder);
  process.exitCode = isGood ? 0 : 1;
}

/** Of a round that was kept. */
function check(folder: string): void {
  const text = (name: string): string => readFileSync(join(folder, name), "utf8");
  const { workspace } = JSON.parse(text("round.json")) as { readonly workspace: string };
  const topics = JSON.parse(text("topics.json")) as ReadTopics;
  const anomalies = checkHistory(workspace, parseHistory(text("history.jsonl")), topics);
  for (const anomaly of anomalies) console.log(JSON.stringify(anomaly));
  console.log(`${anomalies.length} anomalies`);
  process.exitCode = anomalies.length === 0 ? 0 : 1;
}
