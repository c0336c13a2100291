import { nameOf } from "./faults/fault-plan.ts";
import { HarmedInstallation } from "./harmed-installation.ts";
import { playRound, type RoundEnd } from "./play-round.ts";

export interface RoundsOptions {
  /** Of the first round; each after it has the next. */
  readonly seed: number;
  readonly roundMs: number;
  /** For what is kept of a round with an anomaly. */
  readonly folder: string;
  /** Asked before each round, with how many were played. */
  readonly goesOn: (played: number) => boolean;
  readonly print: (line: string) => void;
}

/** Then a fresh installation is started: an old one has ever more objects. */
const ROUNDS_PER_INSTALLATION = 10;
const ANOMALIES_SHOWN = 20;

/** Plays rounds until none is left, or one shows an anomaly or never comes to rest. Answers whether all were good. */
export async function playRounds(options: RoundsOptions): Promise<boolean> {
  const total = { rounds: 0, calls: 0, unknown: 0, changes: 0, faults: 0 };
  let isGood = true;
  while (isGood && options.goesOn(total.rounds)) {
    await using harmed = await HarmedInstallation.start();
    for (let round = 1; round <= ROUNDS_PER_INSTALLATION; round += 1) {
      if (!isGood || !options.goesOn(total.rounds)) break;
      const seed = options.seed + total.rounds;
      total.rounds += 1;
      const start = performance.now();
      const end = await roundOf(harmed, options, seed, round);
      if (end === undefined) {
        isGood = false;
        break;
      }
      total.calls += end.calls;
      total.unknown += end.unknown;
      total.changes += end.changes;
      total.faults += end.faults.length;
      isGood = end.anomalies.length === 0 && harmed.installation.ownEnds.length === 0;
      const seconds = Math.round((performance.now() - start) / 1_000);
      options.print(`round ${total.rounds}, seed ${seed}: ${told(end)}; ${seconds} s`);
      for (const { name, status, output } of harmed.installation.ownEnds) {
        options.print(`${name} ended by itself with ${status}\n${output}`);
      }
    }
  }
  const { rounds, calls, unknown, changes, faults } = total;
  options.print(
    `${rounds} rounds, ${calls} calls (${unknown} unknown), ${changes} changes, ${faults} faults: ${
      isGood ? "no anomaly" : "anomalies"
    }`,
  );
  return isGood;
}

/** Undefined when it never came to rest. */
async function roundOf(
  harmed: HarmedInstallation,
  { roundMs, folder, print }: RoundsOptions,
  seed: number,
  round: number,
): Promise<RoundEnd | undefined> {
  try {
    return await playRound(harmed, { seed, roundMs, workspace: `round${round}`, folder });
  } catch (error) {
    print(`seed ${seed} never came to rest; its history is in ${folder}`);
    print(error instanceof Error ? `${error.stack} ${String(error.cause)}` : String(error));
    return undefined;
  }
}

function told({ calls, unknown, changes, faults, anomalies, folder }: RoundEnd): string {
  const harms = faults.map(({ victim, harm }) => `${harm} ${nameOf(victim)}`).join(", ");
  const counts = `${calls} calls (${unknown} unknown), ${changes} changes; ${harms}`;
  if (anomalies.length === 0) return `${counts}; no anomaly`;
  const lines = anomalies.slice(0, ANOMALIES_SHOWN).map(({ kind, detail, calls: shown, place }) => {
    return `  ${kind}: ${detail} (calls ${shown.join(", ")}${place === undefined ? "" : `; ${place}`})`;
  });
  return `${counts}; ${anomalies.length} anomalies, kept in ${folder}\n${lines.join("\n")}`;
}
