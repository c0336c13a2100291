import { FEED_RULES } from "@titan/change-feed";
import type { FaultChances } from "@titan/event-log/testing";
import { HOST_RULES } from "@titan/host-agent/testing";
import { RULES } from "@titan/processor-runtime";
import {
  CACHING_VIEW,
  COUNTING_VIEW,
  FORGETFUL_VIEW,
  STICKY_VIEW,
  TIED_VIEW,
  UNSORTED_VIEW,
} from "./broken-views.ts";
import type { ClusterOptions } from "./cluster-options.ts";

export const ALL_FAULTS: FaultChances = {
  lostAcknowledgement: 0.05,
  lostAppend: 0.05,
  duplicateLanding: 0.05,
  delayedLanding: 0.05,
  splitBatch: 0.05,
  landingAfterDeath: 0.5,
  reorderedPartitions: 0.2,
  staleDelivery: 0.1,
  offsetGap: 0.02,
  compaction: 0.05,
};

/** Every fault, crashes, rivals, repetitions and version changes. */
export const EVERYTHING: Omit<ClusterOptions, "seed"> = {
  proposals: 25,
  faults: ALL_FAULTS,
  crash: 0.1,
  rival: 0.05,
  windowLength: 8,
  repeat: 0.1,
  activate: 0.1,
};

export interface Plant {
  /** As PROTOCOL.md section 10 calls it. */
  readonly name: string;
  readonly options: Partial<ClusterOptions>;
}

/** Mistakes that random histories must find. The few that they rarely reach are scripted beside. */
export const PLANTS: readonly Plant[] = [
  {
    name: "publish on acknowledgement",
    options: { feedRules: { ...FEED_RULES, publishOnlyCounted: false }, rival: 0.2 },
  },
  {
    name: "no predecessor with batches in flight",
    options: { feedRules: { ...FEED_RULES, predecessor: false }, rival: 0.3 },
  },
  {
    name: "two events for a key in a change",
    options: { feedRules: { ...FEED_RULES, oneEventPerKey: false } },
  },
  { name: "step at mark ≥ r", options: { rules: { ...RULES, stepAtCommonCuts: false } } },
  { name: "believe without the sum", options: { rules: { ...RULES, believeOnlySums: false } } },
  {
    name: "raise labels at a cut",
    options: { feedRules: { ...FEED_RULES, keepLabels: false } },
  },
  {
    name: "repair only lower labels",
    options: { rules: { ...RULES, repairLateTruths: false }, rival: 0.15 },
  },
  {
    name: "repair against the topic instead of the own world",
    options: { feedRules: { ...FEED_RULES, repairAgainstOwnWorld: false } },
  },
  { name: "skip cuts", options: { rules: { ...RULES, markEveryCut: false } } },
  {
    name: "new code without a committed version",
    options: { rules: { ...RULES, committedVersions: false } },
  },
  { name: "a label inside a value", options: { brokenView: COUNTING_VIEW } },
  {
    name: "files of another incarnation",
    options: { hostRules: { ...HOST_RULES, sameIncarnation: false } },
  },
  {
    name: "`seen` stamped anew",
    options: { stampSeenAnew: true, repeat: 0.4 },
  },
  {
    name: "ids of void commits",
    options: { feedRules: { ...FEED_RULES, onlyCountedIds: false }, rival: 0.2 },
  },
  {
    name: "a waiting task that repairs or goes on with old state",
    options: { rules: { ...RULES, startOverAfterWaiting: false }, activate: 0.3 },
  },
  {
    name: "a slice repaired without a mark",
    options: { rules: { ...RULES, markAfterRepair: false }, rival: 0.15 },
  },
  {
    name: "a bookmark without its state",
    options: { hostRules: { ...HOST_RULES, bookmarkWithState: false }, diskCrash: 0.02 },
  },
  { name: "a rendezvous tie", options: { brokenView: TIED_VIEW } },
  { name: "an unsorted iteration", options: { brokenView: UNSORTED_VIEW } },
  { name: "a delete that forgets one index", options: { brokenView: FORGETFUL_VIEW } },
  { name: "a cache that outlives its revision", options: { brokenView: CACHING_VIEW } },
  { name: "a relabelled host that is not looked at again", options: { brokenView: STICKY_VIEW } },
  {
    name: "a start that does not read back the ids of proposals",
    options: { feedRules: { ...FEED_RULES, idsReadBack: false }, repeat: 0.4 },
  },
  {
    name: "a start that does not read back the last commit",
    options: { feedRules: { ...FEED_RULES, lastReadBack: false }, rival: 0.2 },
  },
  {
    name: "a proposal from before the window that is decided again",
    options: { feedRules: { ...FEED_RULES, refuseTooOld: false }, repeat: 0.4, windowLength: 3 },
  },
  {
    name: "one bookmark for all streams",
    options: { hostRules: { ...HOST_RULES, bookmarkPerStream: false } },
  },
];
