/** How many commits the feed remembers the proposals of. Part of the protocol: all owners decide alike. */
export const PROPOSAL_WINDOW_SIZE = 65_536;

/**
 * The ids of exactly the last counted commits, refusals included, with the revision of each verdict. Commits are
 * dense and added in rising order, so the window is known by the last revision alone.
 */
export class ProposalWindow {
  readonly #size: number;
  readonly #revisionById = new Map<string, number>();
  /** Ids by revision modulo size. */
  readonly #ids: string[] = [];
  #last = 0;

  constructor(size = PROPOSAL_WINDOW_SIZE) {
    this.#size = size;
  }

  /** Remembers the proposal of the commit `revision`, and forgets that of the commit `size` revisions before it. */
  add(id: string, revision: number): void {
    const slot = revision % this.#size;
    const old = this.#ids[slot];
    if (old !== undefined && this.#revisionById.get(old) === revision - this.#size) {
      this.#revisionById.delete(old);
    }
    this.#ids[slot] = id;
    // A counted commit never repeats an id in the window; if one did, its first verdict would hold.
    if (!this.#revisionById.has(id)) this.#revisionById.set(id, revision);
    this.#last = Math.max(this.#last, revision);
  }

  has(id: string): boolean {
    return this.#revisionById.has(id);
  }

  /** The revision of the first verdict on this proposal; undefined when it is not in the window. */
  firstVerdict(id: string): number | undefined {
    return this.#revisionById.get(id);
  }

  /** The lowest revision whose proposal is remembered; 0 while nothing is. */
  get oldestRevision(): number {
    return this.#last === 0 ? 0 : Math.max(1, this.#last - this.#size + 1);
  }

  /**
   * False when a proposal whose sender had seen `seen` may have been decided before the window begins: then nobody
   * knows any more, and it is refused with its outcome unknown.
   */
  covers(seen: number): boolean {
    return seen >= this.#last - this.#size;
  }
}
