import type { Commit } from "@titan/domain";

/** Where the chain of counted commits ends. */
export interface ChainEnd {
  readonly revision: number;
  readonly commitId: string;
  /** Offset of the first copy of that commit; -1 for the empty chain. */
  readonly position: number;
}

export const EMPTY_CHAIN: ChainEnd = { revision: 0, commitId: "", position: -1 };

/**
 * Which commits on `titan.change` count (PROTOCOL.md rule 1). Everybody who reads the topic
 * applies this test; what fails it is void for ever.
 */
export class CommitChain {
  readonly #checkPredecessor: boolean;
  #end: ChainEnd;

  constructor(end: ChainEnd = EMPTY_CHAIN, checkPredecessor = true) {
    this.#end = end;
    this.#checkPredecessor = checkPredecessor;
  }

  get end(): ChainEnd {
    return this.#end;
  }

  /** True, and the chain is longer, when the commit counts. */
  accept(commit: Commit, offset: number): boolean {
    if (commit.revision !== this.#end.revision + 1) return false;
    if (this.#checkPredecessor && commit.predecessor !== this.#end.commitId) return false;
    this.#end = { revision: commit.revision, commitId: commit.id, position: offset };
    return true;
  }
}
