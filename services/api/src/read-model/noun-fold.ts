import { HostTable } from "@titan/compact";
import { World, type Commit } from "@titan/domain";
import type { EventLog, LogRecord, Subscription } from "@titan/event-log";
import { CHANGE_TOPIC, CommitChain, commitOf } from "@titan/processor-runtime";
import { ChangeStore } from "./change-store.ts";
import { NounStore } from "./noun-store.ts";
import type { ReadModelFile } from "./read-model-file.ts";
import { RevisionWaiters } from "./revision-waiters.ts";
import { turn } from "./turn.ts";
import { VerdictWaiters } from "./verdict-waiters.ts";

/** One transaction takes over so many commits, or about so many events, before others have their turn. */
const COMMITS_PER_BATCH_MAX = 256;
const EVENTS_PER_TRANSACTION_MAX = 4_000;

interface Counted {
  readonly commit: Commit;
  readonly position: number;
}

/**
 * Follows `titan.change` (PROTOCOL.md rule 1): every version of every noun in the file, the nouns
 * in force also in memory.
 *
 * Promises: only counted commits are folded, in order; position, chain end and rows are one
 * transaction; file and `world` hold the same revision whenever somebody else runs. It begins at
 * revision 1, so it can answer for every revision, as any other replica does.
 */
export class NounFold {
  readonly changes: ChangeStore;
  readonly nouns: NounStore;
  readonly waiters = new RevisionWaiters();
  readonly verdicts = new VerdictWaiters();
  readonly #file: ReadModelFile;
  readonly #log: EventLog;
  readonly #listeners = new Set<(commit: Commit) => void>();
  /** The hosts in force, found by their labels. */
  readonly hosts = new HostTable();
  readonly #world = new World(this.hosts);
  #chain = new CommitChain();
  #next = 0;
  #target: number | undefined;
  #caughtUp = false;
  #failed = false;
  #subscription: Subscription | undefined;

  constructor(file: ReadModelFile, log: EventLog) {
    this.#file = file;
    this.#log = log;
    this.changes = new ChangeStore(file.database);
    this.nouns = new NounStore(file.database);
  }

  /** The nouns in force. */
  get world(): World {
    return this.#world;
  }

  get revision(): number {
    return this.#chain.end.revision;
  }

  /** Whether everything that was there at the start has been folded. */
  get caughtUp(): boolean {
    return this.#caughtUp;
  }

  /** Calls back for each commit that is folded, after the file holds it. */
  listen(onCommit: (commit: Commit) => void): () => void {
    this.#listeners.add(onCommit);
    return () => this.#listeners.delete(onCommit);
  }

  async start(onError: (error: Error) => void): Promise<void> {
    const { end } = await this.#log.bounds(CHANGE_TOPIC, 0);
    this.#resume();
    this.#target = end;
    this.#caughtUp = this.#next >= end;
    this.#subscription = this.#log.subscribe(
      { topic: CHANGE_TOPIC, partition: 0, from: this.#next },
      async (batch) => {
        // Nothing that follows could be folded on what is missing.
        if (this.#failed) return;
        try {
          await this.#fold(batch.records, batch.next);
        } catch (error) {
          this.#failed = true;
          onError(error instanceof Error ? error : new Error(String(error)));
        }
      },
      { maxRecords: COMMITS_PER_BATCH_MAX, onError },
    );
  }

  async close(): Promise<void> {
    this.waiters.close();
    this.verdicts.close();
    await this.#subscription?.close();
  }

  #resume(): void {
    const revision = this.#file.getNumber("revision") ?? 0;
    if (revision === 0) return;
    this.#chain = new CommitChain({
      revision,
      commitId: this.#file.get("commit") ?? "",
      position: this.#file.getNumber("commit-position") ?? -1,
    });
    this.#next = this.#file.getNumber("change-next") ?? 0;
    this.nouns.loadInto(this.#world);
    this.#world.apply([], revision);
  }

  async #fold(records: readonly LogRecord[], next: number): Promise<void> {
    let counted: Counted[] = [];
    let events = 0;
    for (const record of records) {
      const commit = commitOf(record.value);
      if (commit === undefined || !this.#chain.accept(commit, record.offset)) continue;
      counted.push({ commit, position: record.offset });
      events += commit.events.length + 1;
      if (events < EVENTS_PER_TRANSACTION_MAX) continue;
      this.#store(counted, record.offset + 1);
      counted = [];
      events = 0;
      await turn();
    }
    this.#store(counted, next);
  }

  #store(counted: readonly Counted[], next: number): void {
    this.#next = next;
    if (counted.length > 0) this.#storeCounted(counted, next);
    if (this.#target !== undefined && next >= this.#target) this.#caughtUp = true;
  }

  #storeCounted(counted: readonly Counted[], next: number): void {
    const { revision, commitId, position } = this.#chain.end;
    this.#file.transaction(() => {
      for (const { commit, position: at } of counted) {
        this.changes.insert(commit, at);
        this.nouns.apply(commit);
      }
      this.#file.set("revision", revision);
      this.#file.set("commit", commitId);
      this.#file.set("commit-position", position);
      this.#file.set("change-next", next);
    });
    for (const { commit } of counted) this.#world.apply(commit.events, commit.revision);
    for (const { commit } of counted) {
      this.verdicts.decided(commit.proposalId);
      for (const listener of this.#listeners) listener(commit);
    }
    this.waiters.reached(revision);
  }
}
