import { sameValue, type Installation, type JsonValue } from "@titan/domain";
import type { EventLog } from "@titan/event-log";
import {
  Alignment,
  InputReader,
  RULES,
  Signal,
  StuckWatch,
  type Clock,
  type InputPartition,
} from "@titan/processor-runtime";
import {
  partitionsOf,
  type Cut,
  type CutChanges,
  type CutState,
  type Entry,
  type FollowedTopic,
} from "./cut.ts";
import { withErrors } from "./log-with-errors.ts";

export interface FollowOptions<Topic extends FollowedTopic> {
  readonly topics: readonly Topic[];
  /** The next cut waits for the promise of the last. What it throws ends the following. */
  onCut(cut: Cut<Topic>): void | Promise<void>;
  /** A cut does not verify, not even when all is read again: what was handed over last stays true. */
  onStuck?(): void;
}

type State = Map<string, Map<string, Entry<unknown>>>;
type Changes = Map<string, Set<string>>;

/** Follows some topics together. Promises are those of `TitanClient`. */
export class Follower<Topic extends FollowedTopic> {
  /** Resolves after `close`; rejects with what `onCut` threw or the log can not do. */
  readonly done: Promise<void>;
  readonly #log: EventLog;
  readonly #options: FollowOptions<Topic>;
  readonly #inputs: readonly InputPartition[];
  readonly #arrived = new Signal();
  readonly #stuck: StuckWatch;
  readonly #closing = new AbortController();
  #failure: Error | undefined;
  /** What was handed over last; -1 before the first. */
  #revision = -1;
  #state: State = new Map();

  constructor(
    log: EventLog,
    clock: Clock,
    installation: Installation,
    options: FollowOptions<Topic>,
  ) {
    this.#log = withErrors(log, (error) => {
      this.#failure ??= error;
      this.#arrived.raise();
    });
    this.#options = options;
    this.#inputs = options.topics.flatMap((topic) => partitionsOf(topic, installation));
    this.#stuck = new StuckWatch(clock, this.#arrived, this.#closing.signal);
    this.done = this.#run();
  }

  /** Resolves when no further `onCut` will begin and the last has ended. Never rejects. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#arrived.raise();
    await this.done.catch(() => {});
  }

  async #run(): Promise<void> {
    while (!this.#closing.signal.aborted) await this.#runOnce();
  }

  /** From offset zero, until closed or until it must start over. */
  async #runOnce(): Promise<void> {
    const unreadable = (): void => {
      // The sums show whether it was needed.
    };
    const reader = new InputReader(this.#log, this.#inputs, this.#arrived, RULES, unreadable);
    const alignment = new Alignment(reader.folds);
    const { topics } = this.#options;
    const state: State = new Map(topics.map((topic) => [topic, new Map()]));
    let changes: Changes = new Map(topics.map((topic) => [topic, new Set()]));
    let isFirst = true;
    try {
      await reader.open();
      while (!this.#closing.signal.aborted) {
        if (this.#failure !== undefined) throw this.#failure;
        const moved = this.#advance(reader, alignment, state, changes);
        const { revision } = alignment;
        if (moved && revision !== undefined && revision > this.#revision) {
          if (isFirst) changes = differences(this.#state, state);
          isFirst = false;
          this.#state = state;
          this.#revision = revision;
          await this.#options.onCut(cutOf(revision, state, changes));
          changes = new Map(topics.map((topic) => [topic, new Set()]));
          continue;
        }
        const stuck = this.#stuck.look(reader.folds);
        if (stuck === "start-over") return;
        if (stuck === "alarm") this.#options.onStuck?.();
        await this.#arrived.wait();
      }
    } finally {
      await reader.close();
    }
  }

  /** Makes every step that there is: who is slow gets them joined. */
  #advance(reader: InputReader, alignment: Alignment, state: State, changes: Changes): boolean {
    let moved = false;
    for (;;) {
      const isStart = alignment.revision === undefined;
      if (isStart && !reader.caughtUp) return false;
      const step = isStart ? alignment.start() : alignment.next();
      if (isStart && step !== undefined) reader.bound();
      reader.drained();
      if (step === undefined) return moved;
      moved = true;
      for (const { input, statements } of step.changes) {
        const topic = this.#inputs[input]?.topic ?? "";
        for (const { key, current, revision } of statements.values()) {
          changes.get(topic)?.add(key);
          if (current === null) state.get(topic)?.delete(key);
          else state.get(topic)?.set(key, { current, revision });
        }
      }
    }
  }
}

/** Per topic the keys that are not the same in both. */
function differences(before: State, after: State): Changes {
  const changes: Changes = new Map();
  for (const [topic, entries] of after) {
    const old = before.get(topic) ?? new Map<string, Entry<unknown>>();
    const changed = new Set([...old.keys()].filter((key) => !entries.has(key)));
    for (const [key, entry] of entries) if (!isSame(old.get(key), entry)) changed.add(key);
    changes.set(topic, changed);
  }
  return changes;
}

function isSame(a: Entry<unknown> | undefined, b: Entry<unknown>): boolean {
  return a?.revision === b.revision && sameValue(a.current as JsonValue, b.current as JsonValue);
}

/** The one place where what was read by topic gets the types of the topics. */
function cutOf<Topic extends FollowedTopic>(
  revision: number,
  state: State,
  changes: Changes,
): Cut<Topic> {
  return {
    revision,
    state: Object.fromEntries(state) as unknown as CutState<Topic>,
    changes: Object.fromEntries(changes) as unknown as CutChanges<Topic>,
  };
}
