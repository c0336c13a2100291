import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gitTree, type PlacedDeployment } from "@titan/gitops-writer";
import type { CommandContext } from "../command-context.ts";
import { CommandError } from "../command-error.ts";
import { EXIT_STATUS } from "../exit-status.ts";
import { isStructured, printValue } from "../print-value.ts";
import { VIEWS } from "../up/views.ts";
import { checkGit } from "./check-git.ts";
import { checkNouns } from "./check-nouns.ts";
import { checkReadModel } from "./check-read-model.ts";
import { checkView, recomputeViews, type AnyView } from "./check-views.ts";
import { nounsAt, readCommits } from "./committed-world.ts";
import type { Check } from "./findings.ts";

/** So long a system that is changing may take to come to rest at one revision. */
const QUIET_MAX_MS = 60_000;
const QUIET_PAUSE_MS = 100;

/**
 * Replays the feed, recomputes every view, the Git tree and the read model from nothing, and
 * compares: 0 when all is as it must be, 1 with the first differences.
 */
export async function run(_options: object, context: CommandContext): Promise<number> {
  const { api, output, shell } = context;
  const { revision, installation } = await quietRevision(context);
  const commits = await readCommits(api);
  if (commits.length < revision) {
    throw new CommandError(
      `titan.change shows ${commits.length} of ${revision} changes`,
      "verify needs a token that sees everything: an administrator's",
    );
  }
  const nouns = nounsAt(commits, revision);
  const views = VIEWS as unknown as readonly AnyView[];
  const recomputed = recomputeViews(views, nouns);
  const checks: Check[] = [
    ...(await checkNouns(api, nouns, revision, installation.hostPartitions)),
  ];
  for (const view of views) {
    if (view.emits.kind === "elsewhere") continue;
    checks.push(await checkView(api, view, recomputed, revision, installation));
  }
  if (installation.git !== undefined) {
    const placed = recomputed.values.get(gitTree as unknown as AnyView) ?? new Map();
    const stateFolder = mkdtempSync(join(tmpdir(), "titan-verify-"));
    try {
      const shown = [...placed].filter(([, value]) => value !== undefined);
      checks.push(
        await checkGit(
          installation.git,
          stateFolder,
          new Map(shown) as Map<string, PlacedDeployment>,
          shell.environment,
        ),
      );
    } finally {
      rmSync(stateFolder, { recursive: true, force: true });
    }
  }
  checks.push(await checkReadModel(api, nouns, revision));

  const wrong = checks.filter(({ differences }) => differences.length > 0);
  if (isStructured(context)) {
    await printValue(context, { revision, ok: wrong.length === 0, checks });
  } else {
    for (const { name, compared, differences } of checks) {
      output.line(`${differences.length === 0 ? "ok  " : "FAIL"}  ${name}  (${compared} compared)`);
      for (const difference of differences) output.line(`      ${difference}`);
    }
    const verdict =
      wrong.length === 0
        ? `everything is as ${revision} changes make it`
        : `${wrong.length} of ${checks.length} checks found differences`;
    output.line(`revision ${revision}: ${verdict}`);
  }
  return wrong.length === 0 ? EXIT_STATUS.done : EXIT_STATUS.error;
}

interface Installed {
  readonly revision: number;
  readonly derivedRevision: number;
  readonly hostPartitions: number;
  readonly deploymentPartitions: number;
  readonly git?: string;
  readonly tasks?: readonly {
    readonly name: string;
    readonly status: { readonly kind: string; readonly revision?: number };
  }[];
}

/** Waits until every task has come to the last revision, and says which has not. */
async function quietRevision(
  context: CommandContext,
): Promise<{ revision: number; installation: Installed }> {
  const { api, clock, signal } = context;
  const deadline = clock.now() + QUIET_MAX_MS;
  for (;;) {
    const installation = await api.get<Installed>("/v1/installation");
    const { revision, derivedRevision, tasks = [] } = installation;
    const behind = tasks.filter(
      ({ name, status }) => name !== "change-feed" && (status.revision ?? 0) < revision,
    );
    if (derivedRevision >= revision && behind.length === 0) return { revision, installation };
    if (clock.now() > deadline) {
      const names = behind.map(({ name, status }) => `${name} (${status.kind})`).join(", ");
      throw new CommandError(
        `not everything has come to revision ${revision}: ${names === "" ? "the read model" : names}`,
        "verify compares at one revision; look at what holds them with: titan get views",
      );
    }
    await clock.sleep(QUIET_PAUSE_MS, signal);
  }
}
