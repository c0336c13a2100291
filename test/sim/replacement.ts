import type { LogBackup } from "@titan/event-log/testing";
import { decodeAs, encode } from "@titan/schema-codec";

/** A backup as it is brought back: the same log, whose first commit names another installation. */
export function asInstallation(backup: LogBackup, id: string): LogBackup {
  return backup.map((topic) => {
    if (topic.name !== "titan.change") return topic;
    const partitions = topic.partitions.map(({ records, end }) => ({
      end,
      records: records.map((record) => ({ ...record, value: renamed(record.value, id) })),
    }));
    return { ...topic, partitions };
  });
}

function renamed(value: Uint8Array, id: string): Uint8Array {
  const commit = decodeAs("commit", value);
  if (commit.installation === null) return value;
  return encode("commit", { ...commit, installation: { ...commit.installation, id } });
}
