import { HostTable } from "@titan/compact";
import {
  decide,
  PROPOSAL_WINDOW_SIZE,
  ProposalWindow,
  World,
  type Commit,
  type Proposal,
  type Verdict,
} from "@titan/domain";
import type { AppendRecord, EventLog, LogRecord } from "@titan/event-log";
import {
  appendPersistently,
  CHANGE_TOPIC,
  CommitChain,
  commitOf,
  Signal,
  type Clock,
  type OnHold,
  type PartitionCounts,
} from "@titan/processor-runtime";
import { FEED_RULES, type FeedRules } from "./feed-rules.ts";
import { startFeed } from "./feed-start.ts";
import { NounPublisher } from "./noun-publisher.ts";
import { ProposalQueue } from "./proposal-queue.ts";
import { recordedId } from "./recorded-proposal.ts";
import { sealCommit } from "./seal-commit.ts";
import { decideOneByOne } from "./decide-one-by-one.ts";
import { outcomeUnknown } from "./refusal.ts";

export interface ChangeFeedOptions {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly counts: PartitionCounts;
  /** Makes the ids of commits; each must be new. */
  newId(): string;
  readonly rules?: FeedRules;
  /** How many hosts and deployments there may be together; no ceiling unless told. */
  readonly entityTopicsMax?: number;
  /** How many of the last commits are known by their proposal's id. */
  readonly windowLength?: number;
  readonly onHold?: OnHold;
  readonly onStatus?: (status: FeedStatus) => void;
}

export type FeedStatus =
  | { readonly kind: "reading" }
  | { readonly kind: "running"; readonly revision: number; readonly published: number };

/** One append to `titan.change` holds at most so many commits, and about so many bytes. */
const COMMITS_PER_APPEND_MAX = 500;
const APPEND_BYTES_MAX = 8 * 1024 * 1024;

/** A rival's commit counted where an own one was expected: what was decided since is void. */
class Overtaken extends Error {}

/**
 * The change feed: decides proposals in the order of their topic, records each verdict as one
 * commit, and publishes what counts (PROTOCOL.md section 4).
 *
 * Promises: a commit is decided on a world that is folded from counted commits alone, or from
 * such and the own ones before it in the same append; only commits that were read back as counted
 * are published; no proposal is decided twice, and none is passed over unless its id is known.
 */
export class ChangeFeed {
  readonly #options: ChangeFeedOptions;
  readonly #rules: FeedRules;
  readonly #onHold: OnHold;
  readonly #arrived = new Signal();
  readonly #toPublish = new Signal();
  #stopped = false;
  #failure: Error | undefined;

  // What is known of the log. It begins anew whenever a rival overtakes.
  #chain = new CommitChain();
  #readFrom = 0;
  #world = new World(new HostTable());
  #window = new ProposalWindow();
  #last: Commit | undefined;
  /** Commits decided here that are in an append that is under way, by revision. */
  #undecided = new Map<number, Commit>();
  #publisher!: NounPublisher;
  #proposals!: ProposalQueue;
  #nextProposal = 0;

  constructor(options: ChangeFeedOptions) {
    this.#options = options;
    this.#rules = options.rules ?? FEED_RULES;
    this.#onHold = options.onHold ?? (() => {});
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#runOnce();
      } catch (error) {
        if (!(error instanceof Overtaken)) throw error;
      }
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#arrived.raise();
    this.#toPublish.raise();
  }

  async #runOnce(): Promise<void> {
    const { log, clock, counts } = this.#options;
    this.#options.onStatus?.({ kind: "reading" });
    this.#failure = undefined;
    this.#undecided = new Map();
    const { start, publisher, positions } = await startFeed(
      log,
      (frontier) =>
        new NounPublisher({
          log,
          clock,
          counts,
          frontier,
          onHold: this.#onHold,
          arrived: this.#toPublish,
          rules: this.#rules,
        }),
      this.#options.windowLength ?? PROPOSAL_WINDOW_SIZE,
      this.#rules,
    );
    this.#publisher = publisher;
    this.#world = start.world;
    this.#window = start.window;
    this.#last = start.last;
    this.#chain = new CommitChain(start.chain, this.#rules.predecessor);
    this.#readFrom = start.chain.position + 1;
    publisher.follow(positions);

    let caughtUp = false;
    const { end } = await log.bounds(CHANGE_TOPIC, 0);
    const fail = (error: Error): void => {
      this.#failure ??= error;
      this.#arrived.raise();
      this.#toPublish.raise();
    };
    const proposals = new ProposalQueue({
      log,
      clock,
      onHold: this.#onHold,
      arrived: this.#arrived,
      fail,
      rules: this.#rules,
    });
    this.#proposals = proposals;
    const commits = log.subscribe(
      { topic: CHANGE_TOPIC, partition: 0, from: this.#readFrom },
      (batch) => {
        try {
          for (const record of batch.records) this.#readCommit(record);
        } catch (error) {
          fail(error as Error);
        }
        caughtUp ||= batch.next >= end;
        this.#arrived.raise();
      },
      { onError: fail },
    );
    const publishing = this.#publishLoop().catch(fail);
    try {
      while (!caughtUp && !this.#over()) await this.#arrived.wait();
      this.#nextProposal = (this.#last?.proposalPosition ?? -1) + 1;
      // Proposals are decided in order, so the last counted one says where to go on.
      proposals.open(this.#nextProposal);
      this.#reportRunning();
      while (!this.#over()) {
        if (!(await this.#decideSome())) await this.#arrived.wait();
      }
      if (this.#failure !== undefined) throw this.#failure;
    } finally {
      this.#failure ??= new Overtaken();
      this.#toPublish.raise();
      await Promise.all([commits.close(), proposals.close()]);
      await publishing;
      await publisher.close();
    }
  }

  #over(): boolean {
    return this.#stopped || this.#failure !== undefined;
  }

  /** Rule 1: counts what counts, whoever wrote it. */
  #readCommit(record: LogRecord): void {
    if (record.offset < this.#readFrom) return;
    this.#readFrom = record.offset + 1;
    const commit = commitOf(record.value);
    if (commit !== undefined) this.#count(commit, record.offset);
  }

  #count(commit: Commit, offset: number): void {
    if (!this.#chain.accept(commit, offset)) {
      if (!this.#rules.onlyCountedIds) this.#window.add(commit.proposalId, commit.revision);
      return;
    }
    const own = this.#undecided.get(commit.revision);
    this.#undecided.delete(commit.revision);
    if (own === undefined) this.#world.apply(commit.events, commit.revision);
    else if (own.id !== commit.id) throw new Overtaken();
    if (own === undefined) this.#window.add(commit.proposalId, commit.revision);
    this.#last = commit;
    if (this.#rules.publishOnlyCounted || own === undefined) {
      this.#publisher.enqueue({ commit, position: offset });
    }
    if (commit.proposalPosition >= this.#nextProposal) {
      this.#nextProposal = commit.proposalPosition + 1;
    }
  }

  /** Decides what waits and appends the verdicts; false when there was nothing to do. */
  async #decideSome(): Promise<boolean> {
    // Never on a world that a rival may have moved on: own commits first come back as counted.
    if (this.#undecided.size > 0 || this.#proposals.waiting.length === 0) return false;
    const records: AppendRecord[] = [];
    const commits: Commit[] = [];
    let last = this.#last;
    let bytes = 0;
    let taken = 0;
    for (const { proposal, position } of this.#proposals.waiting) {
      if (commits.length === COMMITS_PER_APPEND_MAX || bytes > APPEND_BYTES_MAX) break;
      taken += 1;
      // A rival decided it, or its id is known: its first verdict holds.
      if (position < this.#nextProposal || this.#window.has(recordedId(proposal.id))) continue;
      const revision = (last?.revision ?? 0) + 1;
      const verdict = this.#verdict(proposal, revision);
      const { commit, value } = sealCommit({
        proposal,
        position,
        verdict,
        revision,
        id: this.#options.newId(),
        last,
        now: this.#options.clock.now(),
      });
      this.#world.apply(commit.events, revision);
      this.#window.add(commit.proposalId, revision);
      this.#undecided.set(revision, commit);
      commits.push(commit);
      records.push({ key: "", value });
      bytes += value.length;
      last = commit;
    }
    this.#proposals.drop(taken);
    if (records.length === 0) return taken > 0;
    await this.#append(commits, records);
    return true;
  }

  #verdict(proposal: Proposal, revision: number): Verdict {
    const counted = revision - 1;
    const length = this.#options.windowLength ?? PROPOSAL_WINDOW_SIZE;
    const unknown = outcomeUnknown(proposal, counted, length);
    if (this.#rules.refuseTooOld && unknown !== undefined) return unknown;
    const { entityTopicsMax = Infinity } = this.#options;
    const at = { revision, entityTopicsMax };
    return this.#rules.oneEventPerKey
      ? decide(this.#world, proposal, at)
      : decideOneByOne(this.#world, proposal, at);
  }

  async #append(commits: readonly Commit[], records: readonly AppendRecord[]): Promise<void> {
    const { log, clock } = this.#options;
    const batch = { topic: CHANGE_TOPIC, partition: 0, records };
    const [base] = await appendPersistently(log, [batch], clock, this.#onHold);
    if (!this.#rules.publishOnlyCounted) {
      for (const commit of commits) this.#publisher.enqueue({ commit, position: base ?? 0 });
    }
    // An acknowledged base offset that is the next to be read is as good as reading back; any
    // other is only an acknowledgement, and the reader finds out what counted (rule 2).
    if (base === this.#readFrom) {
      commits.forEach((commit, at) => {
        this.#readFrom = base + at + 1;
        this.#count(commit, base + at);
      });
    }
  }

  async #publishLoop(): Promise<void> {
    while (!this.#over()) {
      const published = await this.#publisher.publish();
      const repaired = await this.#publisher.repair(this.#rules.repairAgainstOwnWorld);
      if (published || repaired) this.#reportRunning();
      else await this.#toPublish.wait();
    }
  }

  #reportRunning(): void {
    this.#options.onStatus?.({
      kind: "running",
      revision: this.#chain.end.revision,
      published: this.#publisher.revision,
    });
  }
}
