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
import { CLUSTER_FAULT_NAMES } from "./cluster-faults.ts";
import type { ClusterOptions } from "./cluster-options.ts";

export const ALL_FAULTS: FaultChances = {
  lostAcknowledgement: 0.05,
  lostAppend: 0.05,
  duplicateLanding: 0.05,
  delayedLanding: 0.05,
  splitBatch: 0.05,
  appendInParts: 0.05,
  landingAfterDeath: 0.5,
  reorderedPartitions: 0.2,
  staleDelivery: 0.1,
  offsetGap: 0.02,
  compaction: 0.05,
  wrongTimestamps: 0.05,
  diskFull: 0.002,
};

/** Every fault, crashes, rivals, repetitions and version changes. */
export const EVERYTHING: Omit<ClusterOptions, "seed"> = {
  proposals: 25,
  faults: ALL_FAULTS,
  crash: 0.05,
  outage: 0.05,
  crashAtCall: 0.0005,
  crashAgain: 0.005,
  rival: 0.03,
  crowd: 0.004,
  pause: 0.05,
  compact: 0.15,
  retention: 0.1,
  fullDisk: 0.03,
  clockJump: 0.005,
  windowLength: 8,
  repeat: 0.1,
  poison: 0.03,
  activate: 0.08,
  replace: 0.05,
  restore: 0.05,
  away1: 0.03,
  away30: 0.03,
  away90: 0.03,
  away365: 0.03,
  foreignPush: 0.05,
  gitFailure: 0.02,
  replicaCrash: 0.05,
  snapshot: 0.1,
  olderSnapshot: 0.3,
};

export interface Plant {
  /** As PROTOCOL.md section 10 calls it. */
  readonly name: string;
  readonly options: Partial<ClusterOptions>;
}

/** Nothing happens but what a plant asks for: a rare mistake is not to be mended by another fault. */
const CALM = Object.fromEntries(CLUSTER_FAULT_NAMES.map((name) => [name, 0]));

/** Hosts that hear of every change while it is new, from ever other copies and by ever other parts. */
const BUSY_HOSTS: Partial<ClusterOptions> = {
  stepMs: 800,
  fortunes: { absent: 0.1, changesOver: 0.4, smallBatches: 1 },
};

/** Owners that die a lot, while what they had sent lands late, beside others that began in between. */
const LATE_OWNERS: Partial<ClusterOptions> = {
  crash: 0.15,
  rival: 0.15,
  faults: { ...ALL_FAULTS, landingAfterDeath: 1, delayedLanding: 0.1, duplicateLanding: 0.1 },
  activate: 0,
  pause: 0,
};

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
    name: "an append in parts that is told as one piece",
    options: {
      tellsParts: false,
      rival: 0.3,
      proposals: 60,
      faults: { ...ALL_FAULTS, appendInParts: 0.6 },
    },
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
    // What was so for a while only, and is said too late to an owner that jumped over it.
    options: {
      rules: { ...RULES, repairLateTruths: false },
      ...CALM,
      crash: 0.1,
      rival: 0.15,
      compact: 0.15,
      activate: 0.1,
      hosts: 2,
    },
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
    options: { hostRules: { ...HOST_RULES, sameIncarnation: false }, ...BUSY_HOSTS },
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
    name: "a snapshot believed of an output that others wrote since",
    options: {
      rules: { ...RULES, compareSinceKept: false },
      snapshot: 0.3,
      olderSnapshot: 0.6,
      activate: 0.3,
    },
  },
  {
    name: "a slice repaired without a mark",
    options: { rules: { ...RULES, markAfterRepair: false }, ...LATE_OWNERS, proposals: 60 },
  },
  {
    name: "a bookmark without its state",
    options: { hostRules: { ...HOST_RULES, bookmarkWithState: false }, ...BUSY_HOSTS },
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
    name: "noun sums without labels",
    options: {
      feedRules: { ...FEED_RULES, labelsInSums: false },
      // Late copies of what was so once and is so again, compaction, and owners that find the rest.
      faults: {
        ...ALL_FAULTS,
        lostAcknowledgement: 0.02,
        lostAppend: 0.02,
        splitBatch: 0.02,
        duplicateLanding: 0.12,
        compaction: 0.1,
      },
      proposals: 60,
      habits: { toAndFro: 0.7, expects: 0.7 },
      outage: 0.15,
      compact: 0.5,
      pause: 0,
      fullDisk: 0,
    },
  },
  {
    name: "a dead letter that advances too far",
    options: { feedRules: { ...FEED_RULES, oneDeadLetterPerRecord: false }, poison: 0.2 },
  },
  {
    name: "delete by absence",
    options: { hostRules: { ...HOST_RULES, removeOnlyAtCuts: false }, ...BUSY_HOSTS },
  },
  {
    name: "a change over to a copy by per-key revision",
    options: {
      hostRules: { ...HOST_RULES, actAtCuts: false },
      ...BUSY_HOSTS,
      hosts: 3,
      proposals: 60,
    },
  },
  {
    name: "act before store",
    options: { hostRules: { ...HOST_RULES, storeFirst: false } },
  },
  {
    name: "a bookmark moved before the rename",
    options: { hostRules: { ...HOST_RULES, bookmarkInRename: false } },
  },
  {
    name: "another installation that is followed at once",
    options: { hostRules: { ...HOST_RULES, acceptedOnly: false }, ...BUSY_HOSTS, replace: 0.5 },
  },
  {
    name: "one bookmark for all streams",
    options: { hostRules: { ...HOST_RULES, bookmarkPerStream: false } },
  },
];
