import type { EventLog, LogRecord } from "@titan/event-log";

/**
 * Hands over what a partition holds from `from` on, up to the end that it has now. Answers the
 * offset to go on reading from.
 */
export async function readToEnd(
  log: EventLog,
  topic: string,
  partition: number,
  from: number,
  onRecord: (record: LogRecord) => void,
): Promise<number> {
  const { end } = await log.bounds(topic, partition);
  if (from >= end) return from;
  return await new Promise<number>((resolve, reject) => {
    let done = false;
    const subscription = log.subscribe(
      { topic, partition, from },
      (batch) => {
        if (done) return;
        try {
          for (const record of batch.records) {
            if (record.offset < end) onRecord(record);
          }
        } catch (error) {
          done = true;
          reject(error as Error);
          void subscription.close();
          return;
        }
        if (batch.next < end) return;
        done = true;
        void subscription.close();
        resolve(end);
      },
      { onError: reject },
    );
  });
}
