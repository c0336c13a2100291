import { AvroSchema } from "@titan/schema-codec";
import type { CompatibilityLevel, SubjectVersion } from "./schema-store.ts";

/**
 * Why a schema must not follow on these versions (oldest first), in plain words; none when it may.
 * BACKWARD: the new one reads what was written with the old; FORWARD: the old reads the new; FULL:
 * both. A transitive level asks it of every version, the others of the last alone.
 */
export function incompatibilities(
  level: CompatibilityLevel,
  schema: AvroSchema,
  versions: readonly Pick<SubjectVersion, "version" | "text">[],
): readonly string[] {
  if (level === "NONE") return [];
  const before = level.endsWith("_TRANSITIVE") ? versions : versions.slice(-1);
  const [backward, forward] = [!level.startsWith("FORWARD"), !level.startsWith("BACKWARD")];
  return before.flatMap(({ version, text }) => {
    const old = AvroSchema.parse(text);
    if (old === undefined) return [`version ${version} can not be read`];
    const reasons: string[] = [];
    const unread = backward ? schema.whyNotReading(old) : undefined;
    if (unread !== undefined) reasons.push(`it can not read version ${version}: ${unread}`);
    const unreadable = forward ? old.whyNotReading(schema) : undefined;
    if (unreadable !== undefined) {
      reasons.push(`version ${version} can not read it: ${unreadable}`);
    }
    return reasons;
  });
}
