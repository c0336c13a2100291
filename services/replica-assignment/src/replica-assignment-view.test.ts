import { rendezvousWeight } from "@titan/domain";
import {
  CORPUS,
  deployment,
  expectBatchingIsIrrelevant,
  expectGolden,
  gone,
  host,
  hostTarget,
  randomRecord,
  recompute,
  specFor,
  template,
  ViewRun,
  type Given,
} from "@titan/processor-runtime/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { replicaAssignment } from "./replica-assignment-view.ts";

const refs = { workload: "w", template: "p", target: "lab" };
const plain = template("p", { "a.conf": "{{deployment.name}}" });
const NAMES = ["a", "b", "c", "d", "e"] as const;
/** The hosts in the order in which `prod` prefers them. */
const RANKED = NAMES.toSorted(
  (x, y) =>
    rendezvousWeight("default/prod", `default/${y}`) -
    rendezvousWeight("default/prod", `default/${x}`),
);
const ranked = (at: number): string => RANKED[at] ?? "";
const onHost = (name: string, createdRevision = 1, hostCreatedRevision = 1) => ({
  key: `default/prod/default/${name}`,
  current: {
    deployment: "default/prod",
    deploymentCreatedRevision: createdRevision,
    host: `default/${name}`,
    hostCreatedRevision,
  },
});
const off = (name: string) => ({ key: `default/prod/default/${name}`, current: null });
const inLab = (...names: readonly string[]): Given[] =>
  names.flatMap((name) => [host(name), hostTarget(name, "lab")]);

test("a deployment without replicas has no assignments", () => {
  specFor(replicaAssignment)
    .given(plain, ...inLab("a", "b"))
    .when(deployment("prod", refs))
    .emitsNothing();
});

test("of the hosts that the target selects it takes the N that weigh most", () => {
  specFor(replicaAssignment)
    .given(plain, ...inLab(...NAMES), host("other"), hostTarget("other", "barn"))
    .when(deployment("prod", refs, { replicas: 2 }))
    .emits(onHost(ranked(0)), onHost(ranked(1)));
});

test("with fewer hosts than replicas it takes all", () => {
  specFor(replicaAssignment)
    .given(plain, ...inLab("a", "b"))
    .when(deployment("prod", refs, { replicas: 9 }))
    .emits(onHost("a"), onHost("b"));
});

test("a host that comes moves one replica at most, and one that weighs less moves none", () => {
  const few = [ranked(1), ranked(3)];
  const spec = specFor(replicaAssignment).given(plain, ...inLab(...few));
  spec.given(deployment("prod", refs, { replicas: 2 }));
  spec.when(...inLab(ranked(4))).emitsNothing();
  spec.when(...inLab(ranked(0))).emits(onHost(ranked(0)), off(ranked(3)));
});

test("a host that goes moves only its own replica", () => {
  const spec = specFor(replicaAssignment).given(plain, ...inLab(...NAMES));
  spec.given(deployment("prod", refs, { replicas: 2 }));
  spec.when(gone(host(ranked(4))), hostTarget(ranked(4))).emitsNothing();
  spec.when(gone(host(ranked(0))), hostTarget(ranked(0))).emits(off(ranked(0)), onHost(ranked(2)));
});

test("whatever hosts come and go, one at a time, at most one replica moves", () => {
  const flip = fc.tuple(fc.constantFrom(...NAMES), fc.boolean());
  fc.assert(
    fc.property(fc.array(flip, { maxLength: 20 }), fc.integer({ min: 1, max: 4 }), (flips, n) => {
      const run = new ViewRun(replicaAssignment);
      run.learn([plain]);
      run.learn([deployment("prod", refs, { replicas: n })]);
      for (const [name, comes] of flips) {
        const emitted = run.learn(comes ? inLab(name) : [gone(host(name)), hostTarget(name)]);
        expect(emitted.filter(({ current }) => current !== null).length).toBeLessThanOrEqual(1);
        expect(emitted.filter(({ current }) => current === null).length).toBeLessThanOrEqual(1);
      }
    }),
  );
});

test("a host that lacks a label that the template names is not eligible, and becomes so with it", () => {
  const needs = template("p", { "a.conf": "{{host.labels.zone}}" });
  const spec = specFor(replicaAssignment).given(needs, ...inLab(ranked(0), ranked(1)));
  spec.given(host(ranked(1), { zone: "a" }), deployment("prod", refs, { replicas: 1 }));
  spec.when(host(ranked(0), { zone: "b" })).emits(onHost(ranked(0)), off(ranked(1)));
  spec.when(host(ranked(0), { site: "x" })).emits(off(ranked(0)), onHost(ranked(1)));
});

test("a template gains a host label that half of the hosts lack: the replica moves to one that has it", () => {
  const spec = specFor(replicaAssignment).given(plain, ...inLab(...NAMES));
  spec.given(host(ranked(1), { zone: "a" }), host(ranked(3), { zone: "a" }));
  spec.given(deployment("prod", refs, { replicas: 1 }));
  spec
    .when(template("p", { "a.conf": "{{host.labels.zone}}" }))
    .emits(off(ranked(0)), onHost(ranked(1)));
  spec.when(plain).emits(onHost(ranked(0)), off(ranked(1)));
});

test("a selector and the labels that change at once move nothing", () => {
  const spec = specFor(replicaAssignment).given(plain, ...inLab(...NAMES));
  spec.given(deployment("prod", refs, { replicas: 2 }));
  spec.when(...NAMES.map((name) => host(name, { site: "barn" }))).emitsNothing();
});

test("a changed count takes the next in rank or gives up the last", () => {
  const spec = specFor(replicaAssignment).given(plain, ...inLab(...NAMES));
  spec.given(deployment("prod", refs, { replicas: 2 }));
  spec.when(deployment("prod", refs, { replicas: 3 })).emits(onHost(ranked(2)));
  spec.when(deployment("prod", refs, { replicas: 1 })).emits(off(ranked(1)), off(ranked(2)));
  spec.when(deployment("prod", refs)).emits(off(ranked(0)));
});

test("a deployment or a host anew under its name is another one, on the same host", () => {
  const spec = specFor(replicaAssignment).given(plain, ...inLab("a"));
  spec.given(deployment("prod", refs, { replicas: 1 }));
  spec.when(deployment("prod", refs, { replicas: 1, createdRevision: 9 })).emits(onHost("a", 9));
  spec.when(host("a", {}, 12)).emits(onHost("a", 9, 12));
});

test("a deployment that is deleted gives up all its hosts", () => {
  const noun = deployment("prod", refs, { replicas: 2 });
  specFor(replicaAssignment)
    .given(plain, ...inLab("a", "b"), noun)
    .when(gone(noun))
    .emits(off("a"), off("b"));
});

test("two deployments do not choose all the same hosts", () => {
  const names = Array.from({ length: 12 }, (_, at) => `d${at}`);
  const output = recompute(replicaAssignment, [
    plain,
    ...inLab(...NAMES),
    ...names.map((name) => deployment(name, refs, { replicas: 1 })),
  ]);
  expect(output.size).toBe(names.length);
  expect(new Set([...output.values()].map((value) => value.host)).size).toBeGreaterThan(2);
});

test("any history in any batching ends as a recompute from zero does", () => {
  const { deployment: some, template: files, host: hosts, hostTarget: membership } = randomRecord;
  expectBatchingIsIrrelevant(replicaAssignment, fc.oneof(some, files, hosts, membership));
});

test("the output bytes are those of this version", () => {
  expectGolden(replicaAssignment, CORPUS, import.meta.url);
});
