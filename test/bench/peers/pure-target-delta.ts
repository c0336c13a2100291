import type { Host, HostTarget, Target } from "@titan/domain";
import type { InputRecord, View } from "@titan/processor-runtime";
import { targetDelta } from "@titan/target-delta";
import {
  FLIP_SELECTORS,
  FLIP_TARGET,
  FLIPPED_HOSTS,
  hostLabels,
  hostName,
  NARROW_TARGET,
  narrowSelector,
  PROBE,
  selectorOf,
  selectorText,
  targetName,
} from "./workload.ts";

/**
 * The pure part of target-delta, without a log: what go-selectors does, measured as it is there and
 * printed the same way. Arguments: hosts and targets. Wants `--expose-gc`.
 */
const WORKSPACE = "default";
const HOSTS_PER_STEP = 20_000;
const SAMPLE = 10_000;
const MEASURED_MS = 2_000;
const CALLS_MIN = 3;
const MS_PER_S = 1_000;
const US_PER_MS = 1_000;
const BYTES_PER_MIB = 1_024 * 1_024;
const POSITION_OF_ARGUMENTS = 2;

const [hosts = 0, targets = 0] = process.argv.slice(POSITION_OF_ARGUMENTS).map(Number);
// Its state is the view's own affair.
const view = targetDelta as View<unknown, HostTarget>;

function hostRecord(at: number, probe = false): InputRecord {
  const name = hostName(at);
  const labels = hostLabels(at, probe);
  const current: Host = { workspace: WORKSPACE, name, labels, createdRevision: 1, description: "" };
  return { stream: "titan.host", key: `${WORKSPACE}/${name}`, current };
}

function targetRecord(at: number, text = selectorText(at)): InputRecord {
  const name = targetName(at);
  const selector = selectorOf(text);
  const current: Target = { workspace: WORKSPACE, name, labels: {}, createdRevision: 1, selector };
  return { stream: "titan.target", key: `${WORKSPACE}/${name}`, current };
}

function out(what: string, value: number, unit: string): void {
  console.log(JSON.stringify({ peer: "titan", case: what, hosts, targets, value, unit }));
}

function expect(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(`it does not hold: ${what}`);
}

/** Live bytes after a collection, those of typed arrays among them. */
function liveMiB(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / BYTES_PER_MIB;
}

/** Mean milliseconds of a call, over about two seconds. */
function msOf(call: (at: number) => void): number {
  const startedAt = performance.now();
  let at = 0;
  for (; at < CALLS_MIN || performance.now() - startedAt < MEASURED_MS; at += 1) call(at);
  return (performance.now() - startedAt) / at;
}

const state = view.empty();

/** What the records change, with the values that the output is to hold. */
function step(records: readonly InputRecord[]): readonly (HostTarget | undefined)[] {
  const values: (HostTarget | undefined)[] = [];
  for (const key of view.learn(state, records)) values.push(view.value(state, key));
  return values;
}

const before = liveMiB();
step(Array.from({ length: targets }, (_, at) => targetRecord(at)));
let memberships = 0;
let loadMs = 0;
for (let from = 0; from < hosts; from += HOSTS_PER_STEP) {
  const length = Math.min(HOSTS_PER_STEP, hosts - from);
  const records = Array.from({ length }, (_, at) => hostRecord(from + at));
  const startedAt = performance.now();
  for (const value of step(records)) memberships += value?.targets.length ?? 0;
  loadMs += performance.now() - startedAt;
}
out("load", hosts / (loadMs / MS_PER_S), "per s");
out("live-heap", liveMiB() - before, "MiB");
out("memberships", memberships, "count");

const edits = [true, false].map((probe) =>
  Array.from({ length: SAMPLE }, (_, at) => hostRecord((at * 7919) % hosts, probe)),
);
const probeTarget = `${WORKSPACE}/${targetName(PROBE)}`;
const editMs = msOf((at) => {
  const isOn = Math.floor(at / SAMPLE) % 2 === 0;
  const record = edits[isOn ? 0 : 1]?.[at % SAMPLE];
  if (record === undefined) throw new Error("no such edit");
  const [value] = step([record]);
  expect(value?.targets.includes(probeTarget) === isOn, "the edited host moves");
});
out("host-edit", editMs * US_PER_MS, "µs");

const flipped = Math.min(hosts, FLIPPED_HOSTS);
const flipMs = msOf(() => {
  for (const text of FLIP_SELECTORS) {
    expect(step([targetRecord(FLIP_TARGET, text)]).length === flipped, "the hosts flip");
  }
});
out("target-edit-flip", flipMs / FLIP_SELECTORS.length, "ms");

const narrowMs = msOf((at) => void step([targetRecord(NARROW_TARGET, narrowSelector(at))]));
out("target-edit-narrow", narrowMs * US_PER_MS, "µs");
