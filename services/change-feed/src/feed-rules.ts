/** The rules of the feed that tests can switch off, to show what each is for. */
export interface FeedRules {
  /** A commit must name the commit before it. */
  readonly predecessor: boolean;
  /** Only commits that were read back as counted are published. */
  readonly publishOnlyCounted: boolean;
  /** Repair compares with the world, not with what the topic still holds. */
  readonly repairAgainstOwnWorld: boolean;
  /** A change has one event for a key, however many operations touch it. */
  readonly oneEventPerKey: boolean;
  /** A noun keeps the revision that it was changed at, however far the world is folded. */
  readonly keepLabels: boolean;
  /** Only commits that count make the id of their proposal known. */
  readonly onlyCountedIds: boolean;
}

export const FEED_RULES: FeedRules = {
  predecessor: true,
  publishOnlyCounted: true,
  repairAgainstOwnWorld: true,
  oneEventPerKey: true,
  keepLabels: true,
  onlyCountedIds: true,
};
