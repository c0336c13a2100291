import type { Commit } from "@titan/domain";
import type { EventLog } from "@titan/event-log";
import { CodecError, decodeAs } from "@titan/schema-codec";
import { CHANGE_TOPIC } from "./installation.ts";

/** Undefined for bytes that are no commit: they are void like any other record that does not count. */
export function commitOf(value: Uint8Array): Commit | undefined {
  try {
    return decodeAs("commit", value);
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

/** The commit that lies at exactly this offset of `titan.change`, whether it counts or not. */
export async function commitAt(log: EventLog, position: number): Promise<Commit | undefined> {
  const { end } = await log.bounds(CHANGE_TOPIC, 0);
  if (position < 0 || position >= end) return undefined;
  return await new Promise<Commit | undefined>((resolve, reject) => {
    const subscription = log.subscribe(
      { topic: CHANGE_TOPIC, partition: 0, from: position },
      (batch) => {
        const first = batch.records[0];
        if (first === undefined && batch.next < end) return;
        resolve(first?.offset === position ? commitOf(first.value) : undefined);
        void subscription.close();
      },
      { maxRecords: 1, onError: reject },
    );
  });
}
