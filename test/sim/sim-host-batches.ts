import type { EventLog } from "@titan/event-log";
import { integerBelow, type Random } from "@titan/event-log/testing";

const RECORDS_MAX = 3;

/** The log of a process whose readers get few records at a time, so that they stop anywhere. */
export function smallBatches(log: EventLog, random: Random): EventLog {
  return {
    createTopics: (topics) => log.createTopics(topics),
    deleteTopics: (names) => log.deleteTopics(names),
    topics: () => log.topics(),
    append: (batches) => log.append(batches),
    bounds: (topic, partition) => log.bounds(topic, partition),
    subscribe: (from, onBatch, options) =>
      log.subscribe(from, onBatch, {
        ...options,
        maxRecords: 1 + integerBelow(random, RECORDS_MAX),
      }),
    share: (group, partitions, on) => log.share(group, partitions, on),
    close: () => log.close(),
  };
}
