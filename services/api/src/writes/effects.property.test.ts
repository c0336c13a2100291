import { HostTable } from "@titan/compact";
import { decide, installationEvents, World, type Operation } from "@titan/domain";
import { apply, create, proposalOf, remove } from "@titan/domain/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { placedByViews } from "../testing/placed-by-views.ts";
import { effectsOf, type Effect } from "./effects.ts";

const RUNS = 150;
/** Long enough that something is placed before most changes. */
const HISTORY = { minLength: 10, maxLength: 30 };
const HOSTS = ["a", "b", "c", "iot/a", "iot/d"];
const TARGETS = ["t", "u", "iot/t"];
const TEMPLATES = ["p", "iot/p"];
const DEPLOYMENTS = ["d", "e", "iot/d", "iot/f"];
const SELECTORS = ["site=lab", "site in (lab,barn)", "zone", "!zone", "site=barn,zone=x"];
const TEXTS = ["one", "two {{workload.image}}", "{{host.labels.zone}}", "{{host.labels.site}} x"];

const labels = fc.record(
  { site: fc.constantFrom("lab", "barn"), zone: fc.constantFrom("x", "y") },
  { requiredKeys: [] },
);
const host = fc
  .tuple(fc.constantFrom(...HOSTS), labels)
  .map(([name, its]) => apply("Host", name, {}, { ...its }));
const target = fc
  .tuple(fc.constantFrom(...TARGETS), fc.constantFrom(...SELECTORS))
  .map(([name, selector]) => apply("Target", name, { selector }));
const template = fc
  .tuple(fc.constantFrom(...TEMPLATES), fc.constantFrom(...TEXTS))
  .map(([name, text]) => apply("Template", name, { files: { "a.conf": { text } } }));
const workload = fc.constantFrom("1", "2").map((image) => apply("Workload", "w", { image }));
const deployment = fc
  .record({
    name: fc.constantFrom(...DEPLOYMENTS),
    template: fc.constantFrom("p", "default/p"),
    target: fc.constantFrom("t", "default/u", "default/t"),
    replicas: fc.constantFrom(null, 0, 1, 2),
  })
  .map(({ name, replicas, ...refs }) =>
    apply("Deployment", name, {
      workload: "w",
      ...refs,
      ...(replicas === null ? {} : { replicas }),
    }),
  );
const deletion = fc
  .oneof(
    fc.constantFrom(...HOSTS).map((name) => ["Host", name] as const),
    fc.constantFrom(...DEPLOYMENTS).map((name) => ["Deployment", name] as const),
    fc.constantFrom(...TARGETS).map((name) => ["Target", name] as const),
  )
  .map(([kind, name]) => remove(kind, name));
const change = fc.array(
  fc.oneof(host, host, host, target, template, workload, deployment, deployment, deletion),
  { minLength: 1, maxLength: 4 },
);

const FIRST: readonly Operation[] = [
  create("Workspace", "iot"),
  ...TARGETS.map((name) => apply("Target", name, { selector: "site=lab" })),
  ...TEMPLATES.map((name) => apply("Template", name, { files: { "a.conf": { text: "one" } } })),
  apply("Workload", "w", { image: "1" }),
];

/** What is different on each host, by the views alone. */
function differences(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly Effect[] {
  const effects: Effect[] = [];
  for (const pair of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    const [was, is] = [before.get(pair), after.get(pair)];
    if (was === is) continue;
    const [on = "", of = ""] = pair.split(" ");
    const effect = was === undefined ? "gain" : is === undefined ? "lose" : "change";
    effects.push({ host: on, deployment: of, effect });
  }
  return effects;
}

test("the effects of a dry run are what the views then do, whatever the change", () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(fc.array(change, HISTORY), (changes) => {
      const hosts = new HostTable();
      const world = new World(hosts);
      world.apply(installationEvents({ views: [] }), 1);
      let placed: ReadonlyMap<string, string> = new Map();
      for (const [at, operations] of [FIRST, ...changes].entries()) {
        const revision = at + 2;
        const verdict = decide(world, proposalOf(operations), { revision });
        if (!verdict.accepted) continue;
        const effects = effectsOf({ world, hosts }, verdict.events);
        world.apply(verdict.events, revision);
        const now = placedByViews(world);
        expect(effects).toEqual(differences(placed, now));
        placed = now;
        for (const { effect } of effects) seen.set(effect, (seen.get(effect) ?? 0) + 1);
      }
    }),
    { numRuns: RUNS },
  );
  // The property says something only where something happens.
  for (const effect of ["gain", "lose", "change"]) {
    expect(seen.get(effect), effect).toBeGreaterThan(RUNS / 3);
  }
});
