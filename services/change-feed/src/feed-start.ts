import {
  ProposalWindow,
  World,
  type Commit,
  type Frontier,
  type NounKind,
  type NounValue,
} from "@titan/domain";
import type { EventLog, LogRecord } from "@titan/event-log";
import {
  commitAt,
  commitOf,
  CHANGE_TOPIC,
  CutFold,
  EMPTY_CHAIN,
  FRONTIER_KEY,
  FRONTIER_TOPIC,
  readStatement,
  readToEnd,
  type ChainEnd,
  type Statement,
} from "@titan/processor-runtime";
import type { FeedRules } from "./feed-rules.ts";
import { NOUN_TOPICS } from "./noun-topics.ts";
import type { NounPublisher } from "./noun-publisher.ts";

/** What the feed knows when it begins to decide. */
export interface FeedStart {
  readonly world: World;
  readonly chain: ChainEnd;
  readonly window: ProposalWindow;
  /** The commit that the chain ends with; undefined when nothing was committed yet. */
  readonly last: Commit | undefined;
}

/** Read back for the ids of known proposals: so many records at first, then twice as many. */
const WINDOW_READ_FIRST = 4_096;

/**
 * Starts from the highest frontier if it verifies and the commit it names lies where it says, and
 * from the beginning of `titan.change` if not (PROTOCOL.md rule 5). An older frontier that landed
 * last costs time, never truth.
 */
export async function startFeed(
  log: EventLog,
  publisherAt: (frontier: ChainEnd) => NounPublisher,
  windowLength: number,
  rules: FeedRules,
): Promise<{ start: FeedStart; publisher: NounPublisher; positions: Map<string, number> }> {
  const positions = new Map<string, number>();
  let highest: Frontier | undefined;
  let lastRevision = 0;
  positions.set(
    `${FRONTIER_TOPIC} 0`,
    await readToEnd(log, FRONTIER_TOPIC, 0, 0, (record) => {
      const read = readStatement(record);
      if (read.kind !== "frontier") {
        if (record.key === FRONTIER_KEY) lastRevision = -1;
        return;
      }
      lastRevision = read.frontier.revision;
      if (highest === undefined || read.frontier.revision >= highest.revision) {
        highest = read.frontier;
      }
    }),
  );
  // Nouns are read after the frontier, so they hold what it covers.
  const loaded = await readNouns(log, positions);
  const frontier = highest;
  if (frontier !== undefined && verifies(frontier, loaded)) {
    const last = await commitAt(log, frontier.commitPosition);
    if (last?.id === frontier.commitId && last.revision === frontier.revision) {
      const chain: ChainEnd = {
        revision: frontier.revision,
        commitId: frontier.commitId,
        position: frontier.commitPosition,
      };
      const publisher = publisherAt(chain);
      const world = new World();
      for (const [kind, partitions] of loaded)
        loadWorld(world, publisher, kind, partitions, chain.revision, rules);
      if (lastRevision < frontier.revision) publisher.frontierIsShadowed();
      const window = rules.idsReadBack
        ? await readWindow(log, chain, last, windowLength)
        : new ProposalWindow(windowLength);
      const known = rules.lastReadBack ? last : { ...last, id: "" };
      return { start: { world, chain, window, last: known }, publisher, positions };
    }
  }
  const publisher = publisherAt(EMPTY_CHAIN);
  const start: FeedStart = {
    world: new World(),
    chain: EMPTY_CHAIN,
    window: new ProposalWindow(windowLength),
    last: undefined,
  };
  return { start, publisher, positions };
}

interface LoadedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly statements: { readonly statement: Statement; readonly value: Uint8Array }[];
  readonly unreadable: Pick<LogRecord, "key" | "offset">[];
}

async function readNouns(
  log: EventLog,
  positions: Map<string, number>,
): Promise<Map<NounKind, LoadedPartition[]>> {
  const counts = new Map((await log.topics()).map((topic) => [topic.name, topic.partitions]));
  const loaded = new Map<NounKind, LoadedPartition[]>();
  for (const kind of Object.keys(NOUN_TOPICS) as NounKind[]) {
    const { topic } = NOUN_TOPICS[kind];
    const partitions: LoadedPartition[] = [];
    for (let partition = 0; partition < (counts.get(topic) ?? 1); partition += 1) {
      const statements: LoadedPartition["statements"] = [];
      const unreadable: LoadedPartition["unreadable"] = [];
      const end = await readToEnd(log, topic, partition, 0, (record) => {
        const read = readStatement(record);
        if (read.kind === "statement") {
          statements.push({ statement: read.statement, value: record.value });
        } else {
          unreadable.push({ key: record.key, offset: record.offset });
        }
      });
      positions.set(`${topic} ${partition}`, end);
      partitions.push({ topic, partition, statements, unreadable });
    }
    loaded.set(kind, partitions);
  }
  return loaded;
}

function verifies(
  frontier: Frontier,
  loaded: ReadonlyMap<NounKind, readonly LoadedPartition[]>,
): boolean {
  const sums = new Map(
    frontier.partitions.map((cut) => [`${cut.topic} ${cut.partition}`, cut.sum]),
  );
  for (const partitions of loaded.values()) {
    for (const { topic, partition, statements } of partitions) {
      const sum = sums.get(`${topic} ${partition}`);
      if (sum === undefined) return false;
      const fold = new CutFold();
      for (const { statement } of statements) fold.add(statement);
      fold.addCut({ revision: frontier.revision, sum });
      if (!fold.verifies(frontier.revision)) return false;
    }
  }
  return true;
}

/** Gives world and publisher, per key, the record with the highest label at or below the cut. */
function loadWorld(
  world: World,
  publisher: NounPublisher,
  kind: NounKind,
  partitions: readonly LoadedPartition[],
  revision: number,
  rules: FeedRules,
): void {
  for (const { topic, partition, statements, unreadable } of partitions) {
    const top = new Map<string, { statement: Statement; value: Uint8Array }>();
    for (const loaded of statements) {
      const { statement } = loaded;
      if (statement.revision > revision) continue;
      if ((top.get(statement.key)?.statement.revision ?? -1) <= statement.revision) {
        top.set(statement.key, loaded);
      }
    }
    const own = publisher.partition(topic, partition);
    for (const [key, { statement, value }] of top) {
      own?.load(statement, value);
      if (statement.current === null) continue;
      const label = rules.keepLabels ? statement.revision : revision;
      world.put(kind, key, statement.current as NounValue, label);
    }
    // A key whose last record is older than its highest label is repaired like any later one.
    for (const { statement } of statements) own?.observe(statement);
    for (const record of unreadable) own?.observeUnreadable(record);
  }
}

/** The ids of exactly the last counted commits, read back along `predecessor`. */
async function readWindow(
  log: EventLog,
  chain: ChainEnd,
  last: Commit,
  length: number,
): Promise<ProposalWindow> {
  const { start } = await log.bounds(CHANGE_TOPIC, 0);
  for (let span = Math.max(length, WINDOW_READ_FIRST); ; span *= 2) {
    const from = Math.max(start, chain.position - span);
    const byId = new Map<string, Commit>();
    await readToEnd(log, CHANGE_TOPIC, 0, from, (record) => {
      if (record.offset > chain.position) return;
      const commit = commitOf(record.value);
      if (commit !== undefined && !byId.has(commit.id)) byId.set(commit.id, commit);
    });
    const counted: Commit[] = [];
    let commit: Commit | undefined = last;
    while (commit !== undefined && counted.length < length) {
      counted.push(commit);
      commit = byId.get(commit.predecessor);
    }
    const complete = counted.length === length || counted.at(-1)?.revision === 1;
    if (!complete && from > start) continue;
    const window = new ProposalWindow(length);
    for (const { proposalId, revision } of counted.reverse()) window.add(proposalId, revision);
    return window;
  }
}
