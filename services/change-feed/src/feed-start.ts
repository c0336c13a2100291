import { HostTable } from "@titan/compact";
import {
  ProposalWindow,
  World,
  type Commit,
  type Frontier,
  type NounKind,
  type NounValue,
} from "@titan/domain";
import type { EventLog } from "@titan/event-log";
import {
  commitAt,
  commitOf,
  CHANGE_TOPIC,
  EMPTY_CHAIN,
  FRONTIER_KEY,
  FRONTIER_TOPIC,
  readStatement,
  readToEnd,
  type ChainEnd,
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
  const { highest, lastRevision } = await readFrontiers(log, positions);
  const last = highest === undefined ? undefined : await commitAt(log, highest.commitPosition);
  if (highest !== undefined && last !== undefined) {
    const { revision, commitId, commitPosition: position } = highest;
    const chain: ChainEnd = { revision, commitId, position };
    const publisher = publisherAt(chain);
    const world = new World(new HostTable());
    // Nouns are read after the frontier, so they hold what it covers.
    const verified = await loadNouns(log, highest, { world, publisher, positions, rules });
    if (verified && last.id === commitId && last.revision === revision) {
      if (lastRevision < revision) publisher.frontierIsShadowed();
      const window = rules.idsReadBack
        ? await readWindow(log, chain, last, windowLength)
        : new ProposalWindow(windowLength);
      const known = rules.lastReadBack ? last : { ...last, id: "" };
      return { start: { world, chain, window, last: known }, publisher, positions };
    }
  }
  for (const { topic, partition } of await nounPartitions(log)) {
    positions.set(`${topic} ${partition}`, (await log.bounds(topic, partition)).end);
  }
  const start: FeedStart = {
    world: new World(new HostTable()),
    chain: EMPTY_CHAIN,
    window: new ProposalWindow(windowLength),
    last: undefined,
  };
  return { start, publisher: publisherAt(EMPTY_CHAIN), positions };
}

/** The frontier with the highest revision, and the revision of the one that lies last. */
async function readFrontiers(
  log: EventLog,
  positions: Map<string, number>,
): Promise<{ readonly highest: Frontier | undefined; readonly lastRevision: number }> {
  let highest: Frontier | undefined;
  let lastRevision = 0;
  const end = await readToEnd(log, FRONTIER_TOPIC, 0, 0, (record) => {
    const read = readStatement(record);
    if (read.kind !== "frontier") {
      if (record.key === FRONTIER_KEY) lastRevision = -1;
      return;
    }
    lastRevision = read.frontier.revision;
    if (highest === undefined || read.frontier.revision >= highest.revision) {
      highest = read.frontier;
    }
  });
  positions.set(`${FRONTIER_TOPIC} 0`, end);
  return { highest, lastRevision };
}

interface NounPlace {
  readonly kind: NounKind;
  readonly topic: string;
  readonly partition: number;
}

async function nounPartitions(log: EventLog): Promise<readonly NounPlace[]> {
  const counts = new Map((await log.topics()).map((topic) => [topic.name, topic.partitions]));
  return (Object.keys(NOUN_TOPICS) as NounKind[]).flatMap((kind) => {
    const { topic } = NOUN_TOPICS[kind];
    const length = counts.get(topic) ?? 1;
    return Array.from({ length }, (_, partition) => ({ kind, topic, partition }));
  });
}

/**
 * Gives world and publisher, per key, the record with the highest label at or below the frontier.
 * Answers whether each partition then has the frontier's sum; if not, both are of no use. Nothing
 * else is kept of what is read: it may be a fleet of millions.
 */
async function loadNouns(
  log: EventLog,
  { revision, partitions }: Frontier,
  into: {
    readonly world: World;
    readonly publisher: NounPublisher;
    readonly positions: Map<string, number>;
    readonly rules: FeedRules;
  },
): Promise<boolean> {
  const { world, publisher, positions, rules } = into;
  const sums = new Map(partitions.map((cut) => [`${cut.topic} ${cut.partition}`, cut.sum]));
  for (const { kind, topic, partition } of await nounPartitions(log)) {
    const own = publisher.partition(topic, partition);
    if (own === undefined) return false;
    const end = await readToEnd(log, topic, partition, 0, (record) => {
      const read = readStatement(record);
      if (read.kind !== "statement") {
        own.observeUnreadable({ key: record.key, offset: record.offset });
        return;
      }
      const { key, revision: label, offset, current } = read.statement;
      if (label > revision) return;
      if (own.load(read.statement, record.value)) {
        world.put(kind, key, current as NounValue | null, rules.keepLabels ? label : revision);
      } else {
        // Its key's last record is older than its highest label: repaired like any later one.
        own.observe({ key, revision: label, offset });
      }
    });
    positions.set(`${topic} ${partition}`, end);
    if (own.sum !== sums.get(`${topic} ${partition}`)) return false;
  }
  return true;
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
