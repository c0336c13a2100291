import type { HostDeployment } from "@titan/domain";
import { readStatement, RULES, viewTask, type Rules, type View } from "@titan/processor-runtime";
import {
  deployment,
  host,
  NounLog,
  target,
  template,
  viewVersion,
  type Given,
} from "@titan/processor-runtime/testing";
import { replicaAssignment } from "@titan/replica-assignment";
import { targetDelta } from "@titan/target-delta";
import { expect, test } from "vitest";
import { deploymentFanout } from "./deployment-fanout-view.ts";

const OUTPUT = "titan.host-deployment";
const SEEDS = 25;
const VIEWS = [targetDelta, replicaAssignment, deploymentFanout] as readonly unknown[];
const NAMES = ["a", "b", "c", "d"];
const REFS = { workload: "w", template: "p", target: "lab" };

const hosts = (labels: (name: string) => Readonly<Record<string, string>>) =>
  NAMES.map((name) => host(name, labels(name)));

/** On how many hosts the deployment is, at each mark of the output after the start. */
async function hostsAtEachMark(
  seed: number,
  rules: Rules,
  first: readonly Given[],
  changes: readonly (readonly Given[])[],
): Promise<{ readonly counts: readonly number[]; readonly losses: number }> {
  const nouns = new NounLog(undefined, seed);
  await nouns.createTopics();
  const views = VIEWS as readonly View<unknown, unknown>[];
  await nouns.commit(...views.map(({ name, version }) => viewVersion(name, version)), ...first);
  for (const view of views) {
    const { clock, counts } = nouns;
    const log = nouns.log.client(view.name);
    const task = viewTask(view, 0, { log, clock, counts, rules });
    task.run().catch((error: unknown) => expect(error).toBeUndefined());
  }
  await nouns.quiet();
  const before = nouns.log.peek(OUTPUT, 0).length;
  // Readers miss cuts in between: without that every input has every cut, and no rule is needed.
  nouns.log.setFaults({ compaction: 0.5, staleDelivery: 0.5 });
  for (const change of changes) await nouns.commit(...change);
  nouns.log.heal();
  await nouns.quiet();

  const on = new Map<string, HostDeployment>();
  const counts: number[] = [];
  let losses = 0;
  for (const [at, record] of nouns.log.peek(OUTPUT, 0).entries()) {
    const read = readStatement(record);
    if (read.kind === "mark" && at >= before) counts.push(on.size);
    if (read.kind !== "statement") continue;
    const { key, current } = read.statement;
    if (current === null) on.delete(key);
    else on.set(key, current as HostDeployment);
    if (at >= before && current === null) losses += 1;
  }
  return { counts, losses };
}

const STEP_AT_ANY_CUT: Rules = { ...RULES, stepAtCommonCuts: false };

test("history 15: a selector and the labels of its hosts change at once: nobody leaves and joins", async () => {
  const first = [
    ...hosts(() => ({ site: "lab" })),
    target("lab", "site=lab"),
    template("p", { "a.conf": "x" }),
    deployment("prod", REFS),
  ];
  const changes = ["barn", "roof", "lab", "barn", "roof"].map((site) => [
    ...hosts(() => ({ site })),
    target("lab", `site=${site}`),
  ]);
  let broken = 0;
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    expect((await hostsAtEachMark(seed, RULES, first, changes)).losses).toBe(0);
    broken += (await hostsAtEachMark(seed, STEP_AT_ANY_CUT, first, changes)).losses;
  }
  expect(broken, "seen failing without the rule").toBeGreaterThan(0);
});

test("history 15: a template gains a host label that half of the hosts lack, with one replica: it moves in one step", async () => {
  const needing = (label: string) => template("p", { "a.conf": `{{host.labels.${label}}}` });
  const first = [
    ...hosts((name) => ({ site: "lab", [name < "c" ? "zone" : "area"]: "x" })),
    target("lab", "site=lab"),
    needing("zone"),
    deployment("prod", REFS, { replicas: 1 }),
  ];
  const changes = ["area", "zone", "area", "zone", "area"].map((label) => [needing(label)]);
  let broken = 0;
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { counts, losses } = await hostsAtEachMark(seed, RULES, first, changes);
    expect(new Set(counts)).toEqual(new Set([1]));
    expect(losses).toBeGreaterThan(0);
    const off = await hostsAtEachMark(seed, STEP_AT_ANY_CUT, first, changes);
    broken += off.counts.filter((count) => count !== 1).length;
  }
  expect(broken, "seen failing without the rule").toBeGreaterThan(0);
});
