import fc from "fast-check";
import { expect, test } from "vitest";
import { installedWorld, proposalOf } from "../testing/spec-for-decide.ts";
import { apply, create, remove } from "../testing/operations.ts";
import type { Operation } from "../records.generated.ts";
import { decide, type Verdict } from "./decide.ts";
import type { World } from "./world.ts";

function propose(world: World, entityTopicsMax: number, operations: readonly Operation[]): Verdict {
  const revision = world.revision + 1;
  const verdict = decide(world, proposalOf(operations), { revision, entityTopicsMax });
  if (verdict.accepted) world.apply(verdict.events, revision);
  return verdict;
}

/** A world with the hosts h0, h1, … */
function worldOf(hosts: number): World {
  const world = installedWorld();
  const operations = Array.from({ length: hosts }, (_, at) => create("Host", `h${at}`));
  if (hosts > 0) propose(world, Infinity, operations);
  return world;
}

test("the creation that is one too many is named, with the numbers and the way out", () => {
  const verdict = propose(worldOf(2), 3, [create("Host", "a"), create("Host", "b")]);
  if (verdict.accepted) throw new Error("it was accepted");
  expect(verdict.refusals).toHaveLength(1);
  const [refusal] = verdict.refusals;
  expect(refusal).toMatchObject({ code: "too-many-topics", pointer: "/operations/1" });
  expect(refusal?.detail).toContain("4 hosts and deployments");
  expect(refusal?.detail).toContain("at most 3");
  expect(refusal?.hint).toContain("sharded layout");
  expect(refusal?.hint).toContain("TITAN_ENTITY_TOPICS_MAX");
});

test("up to the ceiling everything is accepted", () => {
  expect(propose(worldOf(2), 3, [create("Host", "a")])).toMatchObject({ accepted: true });
});

test("hosts and deployments count together, other objects not at all", () => {
  const world = worldOf(1);
  const spec = { workload: "w", template: "t", target: "all" };
  const around = [
    create("Workload", "w"),
    create("Template", "t", { files: { "a.txt": { text: "one" } } }),
    create("Target", "all", { selector: "site=lab" }),
    create("Workspace", "iot"),
  ];
  expect(propose(world, 1, around)).toMatchObject({ accepted: true });
  expect(propose(world, 2, [create("Deployment", "d", spec)])).toMatchObject({ accepted: true });
  expect(propose(world, 2, [create("Deployment", "e", spec)])).toMatchObject({ accepted: false });
});

test("above the ceiling, deleting, updating and replacing stay possible", () => {
  const world = worldOf(5);
  for (const operations of [
    [apply("Host", "h0", {}, { site: "lab" })],
    [create("Host", "new"), remove("Host", "h1")],
    [remove("Host", "h2"), remove("Host", "h3")],
  ]) {
    expect(propose(world, 2, operations)).toMatchObject({ accepted: true });
  }
  expect(propose(world, 2, [create("Host", "again")])).toMatchObject({ accepted: false });
});

test("what a proposal creates and deletes again does not count", () => {
  const operations = [create("Host", "a"), remove("Host", "a"), create("Host", "b")];
  expect(propose(worldOf(1), 2, operations)).toMatchObject({ accepted: true });
});

test("whatever is proposed, there are never more than the ceiling, unless there were before", () => {
  const name = fc.constantFrom("a", "b", "c", "d", "e", "f");
  const operation = fc
    .tuple(fc.boolean(), name)
    .map(([keep, host]) => (keep ? apply("Host", host) : remove("Host", host)));
  const proposals = fc.array(fc.array(operation, { minLength: 1, maxLength: 6 }), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 5 }),
      fc.integer({ min: 1, max: 5 }),
      proposals,
      (...all) => {
        const [hosts, most, changes] = all;
        const world = worldOf(hosts);
        for (const operations of changes) {
          const before = world.count("Host");
          propose(world, most, operations);
          expect(world.count("Host")).toBeLessThanOrEqual(Math.max(before, most));
        }
      },
    ),
  );
});
