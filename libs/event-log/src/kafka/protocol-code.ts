/** The codes of Kafka's protocol that mean something to the adapter. */
export const CODE = {
  none: 0,
  offsetOutOfRange: 1,
  unknownTopic: 3,
  leaderNotAvailable: 5,
  notLeader: 6,
  requestTimedOut: 7,
  messageTooLarge: 10,
  coordinatorLoading: 14,
  coordinatorNotAvailable: 15,
  notCoordinator: 16,
  recordListTooLarge: 18,
  notEnoughReplicas: 19,
  illegalGeneration: 22,
  unknownMember: 25,
  rebalanceInProgress: 27,
  topicNotAuthorized: 29,
  groupNotAuthorized: 30,
  clusterNotAuthorized: 31,
  topicExists: 36,
  notController: 41,
  storageError: 56,
  fetchSessionNotFound: 70,
  invalidFetchSessionEpoch: 71,
  fencedLeaderEpoch: 74,
  unknownLeaderEpoch: 75,
  memberIdRequired: 79,
} as const;

const NAMES = new Map<number, string>(Object.entries(CODE).map(([name, code]) => [code, name]));

/** For messages: the name where we have one. */
export function codeName(code: number): string {
  return `${NAMES.get(code) ?? "error"} (${code})`;
}

/** Whether the partition's leader is somewhere else, or on its way. */
export function isLeaderMoved(code: number): boolean {
  switch (code) {
    case CODE.leaderNotAvailable:
    case CODE.notLeader:
    case CODE.fencedLeaderEpoch:
    case CODE.unknownLeaderEpoch:
    case CODE.unknownTopic:
      return true;
    default:
      return false;
  }
}
