import type { EventLog, LogRecord, TopicSpec } from "../../event-log.ts";
import type { KafkaOptions } from "../../kafka/kafka-options.ts";
import { openKafkaLog } from "../../kafka/open-kafka-log.ts";
import type { EventLogHarness } from "../event-log-harness.ts";
import { readAll } from "../follow.ts";
import { rollSegments } from "./roll-segments.ts";

const SEGMENT_MS = 100;
const PAUSE_MS = 100;
/** So long ago the tests begin: a broker's clock can not be moved, a record's time can. */
const BEGIN_MS = 2.5 * 60 * 60 * 1_000;

/** The adapter on a broker, for the contract suite. */
export function kafkaHarness(brokers: string): EventLogHarness {
  let ahead = -BEGIN_MS;
  const options: KafkaOptions = {
    brokers: brokers.split(","),
    clientId: "contract",
    topicSettings: { "segment.ms": String(SEGMENT_MS), "min.cleanable.dirty.ratio": "0.001" },
    now: () => Date.now() + ahead,
  };
  const specs = new Map<string, TopicSpec>();
  const open = (): EventLog => remembering(openKafkaLog(options), specs);
  let log = open();
  return {
    log,
    async reopen() {
      await log.close();
      log = open();
      return log;
    },
    async compact() {
      for (const spec of specs.values()) await compact(log, options, spec);
    },
    advance(ms) {
      ahead += ms;
    },
    async dispose() {
      await log.close();
      const cleaner = openKafkaLog(options);
      await cleaner.deleteTopics([...specs.keys()]);
      await cleaner.close();
    },
  };
}

function remembering(log: EventLog, specs: Map<string, TopicSpec>): EventLog {
  return {
    createTopics(topics) {
      for (const spec of topics) if (!specs.has(spec.name)) specs.set(spec.name, spec);
      return log.createTopics(topics);
    },
    deleteTopics: (names) => log.deleteTopics(names),
    topics: () => log.topics(),
    append: (batches) => log.append(batches),
    subscribe: (...rest) => log.subscribe(...rest),
    bounds: (topic, partition) => log.bounds(topic, partition),
    share: (...rest) => log.share(...rest),
    close: () => log.close(),
  };
}

/** Waits for the broker's own cleaner. */
async function compact(log: EventLog, options: KafkaOptions, spec: TopicSpec): Promise<void> {
  const { name, retention, partitions } = spec;
  if (retention.kind === "forever") return;
  const { end } = await log.bounds(name, 0);
  if (retention.kind === "latest") {
    await new Promise((resolve) => setTimeout(resolve, SEGMENT_MS));
    await rollSegments(options, [{ name, partitions }]);
  }
  for (;;) {
    const records = (await readAll(log, name)).filter(({ offset }) => offset < end);
    const age = retention.kind === "age" ? retention.ageMs : retention.lagMs;
    const due = records.filter(({ timestampMs }) => timestampMs < Date.now() - age);
    if (retention.kind === "age" ? due.length === 0 : !repeats(due)) return;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

function repeats(records: readonly LogRecord[]): boolean {
  return new Set(records.map(({ key }) => key)).size < records.length;
}
