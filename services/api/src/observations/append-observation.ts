import { LogError } from "@titan/event-log";
import { partitionOf } from "@titan/domain";
import type { ApiContext } from "../api-context.ts";
import { ApiProblem } from "../problem.ts";

/**
 * Appends one observation, durably, and waits a little until this replica has folded it. A second
 * copy does no harm: observations are ordered by what they say themselves.
 */
export async function appendObservation(
  { options, model, timing }: ApiContext,
  topic: "titan.host-status" | "titan.report",
  key: string,
  value: Uint8Array,
): Promise<void> {
  const { hostPartitions } = options.installation;
  const partition = topic === "titan.host-status" ? partitionOf(key, hostPartitions) : 0;
  let offset: number | undefined;
  try {
    [offset] = await options.log.append([{ topic, partition, records: [{ key, value }] }]);
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    if (error.code === "record-too-large") {
      throw ApiProblem.of("proposal-too-large", "the report is too large for one record");
    }
    throw ApiProblem.of("log-unavailable", "the log did not take the report: send it again", {
      headers: { "retry-after": "5" },
    });
  }
  await model.observations.waitFor(topic, partition, offset ?? 0, timing.lagTimeoutMs);
}
