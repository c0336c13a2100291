/** The rules of a host that tests can switch off, to show what each is for. */
export interface HostRules {
  /** Nothing is removed because it was not read yet: what was read counts at verified cuts (23). */
  readonly removeOnlyAtCuts: boolean;
  /** A host acts on a stream at cuts above the last one, not key by key (22). */
  readonly actAtCuts: boolean;
  /** Files run only if they belong to the incarnation that the own slice names (25). */
  readonly sameIncarnation: boolean;
  /** A bookmark is kept together with the state at its cut (22). */
  readonly bookmarkWithState: boolean;
  /** Each stream has a bookmark of its own, instead of one for all (22). */
  readonly bookmarkPerStream: boolean;
  /** Cut and state are stored before the host is changed (26). */
  readonly storeFirst: boolean;
  /** Bookmark and state reach the disk in one rename, instead of the bookmark before it (26). */
  readonly bookmarkInRename: boolean;
  /** Another installation is followed only once an operator accepted it (22). */
  readonly acceptedOnly: boolean;
}

export const HOST_RULES: HostRules = {
  removeOnlyAtCuts: true,
  actAtCuts: true,
  sameIncarnation: true,
  bookmarkWithState: true,
  bookmarkPerStream: true,
  storeFirst: true,
  bookmarkInRename: true,
  acceptedOnly: true,
};
