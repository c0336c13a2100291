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
  /** A start reads back the commit that its frontier names: the next one has to name it. */
  readonly lastReadBack: boolean;
  /** A start reads back the ids of the last proposals: a known one is not decided again. */
  readonly idsReadBack: boolean;
  /** A proposal from before the known ids is refused: it may have been decided already. */
  readonly refuseTooOld: boolean;
  /** The hash of a noun record covers its label. */
  readonly labelsInSums: boolean;
  /** A dead letter takes the place of one record, not of what was read together with it. */
  readonly oneDeadLetterPerRecord: boolean;
}

export const FEED_RULES: FeedRules = {
  predecessor: true,
  publishOnlyCounted: true,
  repairAgainstOwnWorld: true,
  oneEventPerKey: true,
  keepLabels: true,
  onlyCountedIds: true,
  lastReadBack: true,
  idsReadBack: true,
  refuseTooOld: true,
  labelsInSums: true,
  oneDeadLetterPerRecord: true,
};
