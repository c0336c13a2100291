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
import { whenAtRest } from "./rest.ts";

/**
 * Services that run as processes of their own do not tell the API how far they are: what differs
 * may only be late, and is looked at again.
 */
const LOOKS_MAX = 5;
const LOOK_PAUSE_MS = 2_000;

/**
 * Replays the feed, recomputes every view, the Git tree and the read model from nothing, and
 * compares: 0 when all is as it must be, 1 with the first differences.
 */
export async function run(_options: object, context: CommandContext): Promise<number> {
  const { clock, output, signal } = context;
  let found = await compare(context);
  for (let look = 2; look <= LOOKS_MAX && found.mayBeLate; look += 1) {
    await clock.sleep(LOOK_PAUSE_MS, signal);
    found = await compare(context);
  }
  const { revision, checks, wrong } = found;
  if (isStructured(context)) {
    await printValue(context, { revision, ok: wrong === 0, checks });
  } else {
    for (const { name, compared, differences } of checks) {
      output.line(`${differences.length === 0 ? "ok  " : "FAIL"}  ${name}  (${compared} compared)`);
      for (const difference of differences) output.line(`      ${difference}`);
    }
    const verdict =
      wrong === 0
        ? `everything is as ${revision} changes make it`
        : `${wrong} of ${checks.length} checks found differences`;
    output.line(`revision ${revision}: ${verdict}`);
  }
  return wrong === 0 ? EXIT_STATUS.done : EXIT_STATUS.error;
}

interface Compared {
  readonly revision: number;
  readonly checks: readonly Check[];
  readonly wrong: number;
  readonly mayBeLate: boolean;
}

async function compare(context: CommandContext): Promise<Compared> {
  const { api, shell } = context;
  const { installation, check: progress } = await whenAtRest(context);
  const { revision, tasks = [] } = installation;
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
    const { kind } = view.emits;
    if (kind === "elsewhere" || (kind === "slices" && installation.layout === "sharded")) continue;
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
  checks.push(await checkReadModel(api, nouns, revision), progress);
  const wrong = checks.filter(({ differences }) => differences.length > 0).length;
  const isStill = progress.differences.length > 0;
  return { revision, checks, wrong, mayBeLate: wrong > 0 && tasks.length === 0 && !isStill };
}
