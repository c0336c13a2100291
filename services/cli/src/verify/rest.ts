import type { CommandContext } from "../command-context.ts";
import { CommandError } from "../command-error.ts";
import { Findings, type Check } from "./findings.ts";

/** What an API says of its installation. Tasks are known only where they run in its process. */
export interface Installed {
  readonly revision: number;
  readonly derivedRevision: number;
  readonly hostPartitions: number;
  readonly deploymentPartitions: number;
  /** Whether there are slices; those before it was told had them. */
  readonly layout?: "per-entity" | "sharded";
  readonly git?: string;
  readonly tasks?: readonly {
    readonly name: string;
    readonly status: { readonly kind: string; readonly revision?: number };
  }[];
}

/** Where a system came to rest. */
export interface Rest {
  readonly installation: Installed;
  /** What stands still below the last revision: something is wrong in what it reads. */
  readonly check: Check;
}

/** So long a system that is changing may take to come to rest at one revision. */
const QUIET_MAX_MS = 60_000;
/** What did not move for so long will not. */
const STILL_MS = 15_000;
const PAUSE_MS = 100;

/**
 * Waits until everything that is known to run has come to the last revision, or moves no more. A
 * system that goes on changing is an error.
 */
export async function whenAtRest({ api, clock, signal }: CommandContext): Promise<Rest> {
  const deadline = clock.now() + QUIET_MAX_MS;
  let before = "";
  let stillSince = clock.now();
  for (;;) {
    const installation = await api.get<Installed>("/v1/installation");
    const behind = whatIsBehind(installation);
    const now = JSON.stringify([installation.revision, behind]);
    if (now !== before) stillSince = clock.now();
    before = now;
    const isStill = clock.now() - stillSince > STILL_MS;
    if (behind.length === 0 || isStill) {
      const findings = new Findings("progress");
      for (const what of behind) findings.add(`${what} is behind and does not move`);
      findings.compared((installation.tasks ?? []).length + 1);
      return { installation, check: findings.check() };
    }
    if (clock.now() > deadline) {
      throw new CommandError(
        `not everything has come to revision ${installation.revision}: ${behind.join(", ")}`,
        "verify compares at one revision: try again when less is written",
      );
    }
    await clock.sleep(PAUSE_MS, signal);
  }
}

function whatIsBehind({ revision, derivedRevision, tasks = [] }: Installed): readonly string[] {
  const behind = tasks
    .filter(({ name, status }) => name !== "change-feed" && (status.revision ?? 0) < revision)
    .map(({ name, status }) => `${name} (${status.kind} at ${status.revision ?? 0})`);
  if (derivedRevision < revision) behind.push(`the read model (at ${derivedRevision})`);
  return behind;
}
