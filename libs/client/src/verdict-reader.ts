import type { Frontier } from "@titan/domain";
import type { EventLog, LogRecord, Subscription } from "@titan/event-log";
import {
  CHANGE_TOPIC,
  commitAt,
  CommitChain,
  commitOf,
  EMPTY_CHAIN,
  FRONTIER_TOPIC,
  readStatement,
  readToEnd,
  type ChainEnd,
} from "@titan/processor-runtime";
import { verdictOf, type ProposalKey, type Verdict } from "./change.ts";

interface Waiting {
  readonly verdict: Promise<Verdict>;
  forget(): void;
}

interface Link {
  readonly predecessor: string;
  readonly revision: number;
  readonly verdict: Verdict | undefined;
}

/**
 * Follows `titan.change` and knows which commits count (PROTOCOL.md rule 1), from the newest
 * frontier on. Promises: a verdict is that of a counted commit, and of one proposal the first.
 */
export class VerdictReader {
  readonly #log: EventLog;
  readonly #chain: CommitChain;
  readonly #waiting = new Map<string, Set<PromiseWithResolvers<Verdict>>>();
  readonly #subscription: Subscription;
  #failure: Error | undefined;

  private constructor(log: EventLog, end: ChainEnd) {
    this.#log = log;
    this.#chain = new CommitChain(end);
    this.#subscription = log.subscribe(
      { topic: CHANGE_TOPIC, partition: 0, from: end.position + 1 },
      ({ records }) => {
        for (const record of records) this.#take(record);
      },
      { onError: (error) => this.#fail(error) },
    );
  }

  static async open(log: EventLog): Promise<VerdictReader> {
    return new VerdictReader(log, await newestEnd(log));
  }

  /** The last counted commit that was read. */
  get revision(): number {
    return this.#chain.end.revision;
  }

  /** It reads no more; another reader may. */
  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** The verdict on a proposal, if it counts from now on; rejects when the log can not be read. */
  wait(proposalId: string): Waiting {
    const waiting = Promise.withResolvers<Verdict>();
    // Whoever gave up waiting does not hear of it.
    waiting.promise.catch(() => {});
    if (this.#failure !== undefined) waiting.reject(this.#failure);
    const all = this.#waiting.get(proposalId) ?? new Set();
    this.#waiting.set(proposalId, all.add(waiting));
    const forget = (): void => {
      all.delete(waiting);
      if (all.size === 0 && this.#waiting.get(proposalId) === all) this.#waiting.delete(proposalId);
    };
    return { verdict: waiting.promise, forget };
  }

  /**
   * The first verdict on a proposal among the commits above `seen` that were read already. The
   * commit of revision r lies at offset r - 1 or later, for each lies after the one before it.
   */
  async lookBack({ id, seen }: ProposalKey): Promise<Verdict | undefined> {
    const { revision, commitId, position } = this.#chain.end;
    if (revision <= seen) return undefined;
    const links = new Map<string, Link>();
    await readToEnd(this.#log, CHANGE_TOPIC, 0, Math.max(0, seen), (record) => {
      const commit = record.offset > position ? undefined : commitOf(record.value);
      if (commit === undefined || links.has(commit.id)) return;
      const verdict = commit.proposalId === id ? verdictOf(commit) : undefined;
      links.set(commit.id, { predecessor: commit.predecessor, revision: commit.revision, verdict });
    });
    let first: Verdict | undefined;
    let link = links.get(commitId);
    while (link !== undefined && link.revision > seen) {
      first = link.verdict ?? first;
      link = links.get(link.predecessor);
    }
    return first;
  }

  async close(): Promise<void> {
    await this.#subscription.close();
  }

  #take(record: LogRecord): void {
    const commit = commitOf(record.value);
    if (commit === undefined || !this.#chain.accept(commit, record.offset)) return;
    for (const waiting of this.#waiting.get(commit.proposalId) ?? []) {
      waiting.resolve(verdictOf(commit));
    }
  }

  #fail(error: Error): void {
    this.#failure = error;
    for (const all of this.#waiting.values()) for (const waiting of all) waiting.reject(error);
  }
}

/** Where the newest frontier says that the chain was, if its commit lies there; else the beginning. */
async function newestEnd(log: EventLog): Promise<ChainEnd> {
  let newest: Frontier | undefined;
  await readToEnd(log, FRONTIER_TOPIC, 0, 0, (record) => {
    const read = readStatement(record);
    if (read.kind !== "frontier") return;
    if (read.frontier.revision >= (newest?.revision ?? 0)) newest = read.frontier;
  });
  if (newest === undefined) return EMPTY_CHAIN;
  const { revision, commitId, commitPosition: position } = newest;
  const commit = await commitAt(log, position);
  const isThere = commit?.id === commitId && commit.revision === revision;
  return isThere ? { revision, commitId, position } : EMPTY_CHAIN;
}
