import { deploymentFanout } from "@titan/deployment-fanout";
import type { InputRecord, View } from "@titan/processor-runtime";
import { deployment, host, target, template } from "@titan/processor-runtime/testing";
import { targetDelta } from "@titan/target-delta";
import { beforeAll, expect, test } from "vitest";
import { growthOf } from "./growth.ts";
import {
  deploymentName,
  hostLabels,
  hostName,
  selectorText,
  targetName,
} from "./peers/workload.ts";

/**
 * What one change costs in the pure part of a view, in a fleet and in one of ten times as many
 * hosts. The same hosts change in both, and as many, so only the size of what does not change
 * differs.
 */
const HOSTS = 10_000;
const TIMES = 10;
const TARGETS = 500;
const DEPLOYMENTS = 100;
const HOSTS_PER_RACK = 250;
const EDITED_HOSTS = 200;
const RACKS = "racks";
const GROWTH_MAX = 1.5;

/** A view with its state. */
class Fold<State, Value> {
  readonly view: View<State, Value>;
  readonly state: State;

  constructor(view: View<State, Value>) {
    this.view = view;
    this.state = view.empty();
  }

  step(records: readonly InputRecord[]): readonly (readonly [string, Value | undefined])[] {
    const keys = [...this.view.learn(this.state, records)];
    return keys.map((key) => [key, this.view.value(this.state, key)]);
  }
}

/** Both views over a fleet of so many hosts, as they are when they have caught up. */
class Fleet {
  readonly delta = new Fold(targetDelta);
  readonly fanout = new Fold(deploymentFanout);

  constructor(hosts: number) {
    const targets = Array.from({ length: TARGETS }, (_, at) =>
      target(targetName(at), selectorText(at)),
    );
    this.delta.step([...targets, target(RACKS, "rack=r0")]);
    this.fanout.step([
      template("page", { "page.txt": "{{deployment.name}}" }),
      ...Array.from({ length: DEPLOYMENTS }, (_, at) =>
        deployment(deploymentName(at), { workload: "w", template: "page", target: targetName(at) }),
      ),
      deployment(RACKS, { workload: "w", template: "page", target: RACKS }),
    ]);
    const records = Array.from({ length: hosts }, (_, at) => fleetHost(at));
    this.fanout.step([...records, ...this.memberships(records)]);
  }

  /** What target-delta's output says when these come. */
  memberships(records: readonly InputRecord[]): readonly InputRecord[] {
    return this.delta
      .step(records)
      .map(([key, value]) => ({ stream: "titan.host-target", key, current: value ?? null }));
  }
}

function fleetHost(at: number, probe = false): InputRecord {
  const rack = `r${Math.floor(at / HOSTS_PER_RACK)}`;
  return host(hostName(at), { ...hostLabels(at, probe), rack });
}

let small: Fleet;
let large: Fleet;
beforeAll(() => {
  small = new Fleet(HOSTS);
  large = new Fleet(HOSTS * TIMES);
});

/** Does `change` in turns in both fleets; both must have as much to say. */
function growth(change: (fleet: Fleet) => () => readonly (readonly [string, unknown])[]): number {
  const counts = [0, 0];
  const counted = (fleet: Fleet, at: number): (() => void) => {
    const next = change(fleet);
    return () => void (counts[at] = next().length);
  };
  const answer = growthOf(counted(small, 0), counted(large, 1), GROWTH_MAX);
  expect(counts[0]).toBeGreaterThan(0);
  expect(counts[0]).toBe(counts[1]);
  return answer;
}

/** One list of records after the other, round and round. */
function turns(lists: readonly (readonly InputRecord[])[]): () => readonly InputRecord[] {
  let turn = 0;
  return () => lists[turn++ % lists.length] ?? [];
}

const EDITS = [true, false].map((probe) =>
  Array.from({ length: EDITED_HOSTS }, (_, at) => fleetHost(at, probe)),
);
const TARGET_EDITS = ["rack in (r1,r2)", "rack=r0"].map((text) => [target(RACKS, text)]);

test("a label edit costs target-delta the same in a fleet ten times as large", () => {
  const result = growth(({ delta }) => {
    const next = turns(EDITS);
    return () => next().flatMap((record) => delta.step([record]));
  });
  expect(result).toBeLessThanOrEqual(GROWTH_MAX);
});

test("a target edit that moves as many hosts costs target-delta the same", () => {
  const result = growth(({ delta }) => {
    const next = turns(TARGET_EDITS);
    return () => delta.step(next());
  });
  expect(result).toBeLessThanOrEqual(GROWTH_MAX);
});

test("a host that joins and leaves costs deployment-fanout the same", () => {
  const result = growth((fleet) => {
    const next = turns(EDITS.map((records) => fleet.memberships(records)));
    return () => next().flatMap((record) => fleet.fanout.step([record]));
  });
  expect(result).toBeLessThanOrEqual(GROWTH_MAX);
});

test("as many hosts that join and leave at once cost deployment-fanout the same", () => {
  const result = growth((fleet) => {
    const next = turns(TARGET_EDITS.map((records) => fleet.memberships(records)));
    return () => fleet.fanout.step(next());
  });
  expect(result).toBeLessThanOrEqual(GROWTH_MAX);
});
