import type { ChangeOperation, TitanClient } from "@titan/client";
import {
  deploymentObject,
  hostObject,
  targetObject,
  templateObject,
  WORKLOAD,
} from "../fleet-objects.ts";
import type { Fleet } from "./kafka-size.ts";

const ACTOR = "bench";
const OPERATIONS_PER_CHANGE = 100;
/** Whoever is slow is measured, not cut off. */
const VERDICT_MS_MAX = 300_000;

type ObjectOfChange = ChangeOperation["object"];

export function apply(object: object): ChangeOperation {
  return { action: "APPLY", object: object as ObjectOfChange };
}

/** The objects of a fleet in which every target selects the same number of hosts, change by change. */
export function fleetObjects({ hosts, targets, deployments }: Fleet): readonly object[][] {
  const objects = [
    templateObject(1),
    WORKLOAD,
    ...Array.from({ length: targets }, (_, at) => targetObject(at)),
    ...Array.from({ length: deployments }, (_, at) => deploymentObject(at, targets)),
    ...Array.from({ length: hosts }, (_, at) => hostObject(at, targets)),
  ];
  const changes: object[][] = [];
  for (let from = 0; from < objects.length; from += OPERATIONS_PER_CHANGE) {
    changes.push(objects.slice(from, from + OPERATIONS_PER_CHANGE));
  }
  return changes;
}

/** Makes the fleet; answers the last revision. */
export async function makeFleet(titan: TitanClient, fleet: Fleet): Promise<number> {
  let last = 0;
  for (const objects of fleetObjects(fleet)) last = await proposeAll(titan, objects.map(apply));
  return last;
}

/** A change that must be accepted; answers its revision. */
export async function proposeAll(
  titan: TitanClient,
  operations: readonly ChangeOperation[],
): Promise<number> {
  const { revision, problems } = await titan.propose(
    { actor: ACTOR, operations },
    { timeoutMs: VERDICT_MS_MAX },
  );
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return revision;
}
