import { STREAMS } from "@titan/domain";
import { openKafkaLog, type EventLog, type TopicInfo } from "@titan/event-log";
import { rollSegments } from "@titan/event-log/testing";
import { readToEnd } from "@titan/processor-runtime";
import { eventually } from "../flows/eventually.ts";

/** Settings of topics with which everything that is not the last of its key may go at any time. */
export const COMPACTED_SOON = "segment.ms=1000;min.compaction.lag.ms=0";
const SEGMENT_MS = 1_000;
/** In one transaction; so many are enough. */
const TOPICS_PER_ROLL_MAX = 500;
const HANG_MS = 180_000;

/**
 * Makes the broker's cleaner compact every topic that is kept by key, up to what it holds now, and
 * resolves when it has: of each key one record is left below that end. The topics must have been made with
 * `COMPACTED_SOON`, and nobody may write meanwhile. Answers how many records are gone.
 */
export async function compactEverything(brokers: string): Promise<number> {
  const options = { brokers: [brokers], clientId: "compaction" };
  const log = openKafkaLog(options);
  try {
    const topics = (await log.topics()).filter(({ name }) => isKeptByKey(name));
    const before = await contentOf(log, topics);
    await new Promise((resolve) => setTimeout(resolve, SEGMENT_MS));
    for (let at = 0; at < topics.length; at += TOPICS_PER_ROLL_MAX) {
      await rollSegments(options, topics.slice(at, at + TOPICS_PER_ROLL_MAX));
    }
    const after = await eventually(
      "the cleaner to have compacted everything",
      async () => {
        const now = await contentOf(log, topics);
        for (const [place, { end }] of before) {
          const keys = (now.get(place)?.keys ?? []).filter(({ offset }) => offset < end);
          const repeated = keys.length - new Set(keys.map(({ key }) => key)).size;
          if (repeated > 0) throw new Error(`${place} holds ${repeated} superseded records`);
        }
        return now;
      },
      HANG_MS,
    );
    const count = (content: ReadonlyMap<string, Content>): number =>
      [...content.values()].reduce((sum, { keys }) => sum + keys.length, 0);
    return count(before) - count(after);
  } finally {
    await log.close();
  }
}

interface Content {
  readonly end: number;
  readonly keys: readonly { readonly key: string; readonly offset: number }[];
}

async function contentOf(
  log: EventLog,
  topics: readonly TopicInfo[],
): Promise<ReadonlyMap<string, Content>> {
  const found = new Map<string, Content>();
  for (const { name, partitions } of topics) {
    for (let partition = 0; partition < partitions; partition += 1) {
      const keys: { key: string; offset: number }[] = [];
      const end = await readToEnd(log, name, partition, 0, ({ key, offset }) =>
        keys.push({ key, offset }),
      );
      found.set(`${name}/${partition}`, { end, keys });
    }
  }
  return found;
}

/** Also the streams of one host or one deployment, whose names follow a pattern. */
function isKeptByKey(name: string): boolean {
  if (!name.startsWith("titan.")) return false;
  const row = STREAMS.find(({ topic }) => topic === name);
  return row === undefined || row.retention.startsWith("latest");
}
