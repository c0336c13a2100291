import type { Mark } from "@titan/domain";
import { LogError, type EventLog } from "@titan/event-log";
import { readStatement, readToEnd } from "@titan/processor-runtime";
import type { ApiContext } from "../api-context.ts";
import { sliceSum, sliceTopicOf, type SliceName } from "../gateway/slice.ts";
import { ApiProblem } from "../problem.ts";

const LOOK_FIRST_MS = 10;
const LOOK_LAST_MS = 250;

/**
 * Waits until the topic of a slice holds what the slice holds at a revision or later, or names the
 * stream-forwarder as what lags. The derived records must be at that revision already. A slice has
 * marks only where it changed, so either its last mark is at the revision, or that mark's sum is
 * what the derived records give.
 */
export async function requireForwarded(
  { options, model, timing }: ApiContext,
  slice: SliceName,
  revision: number,
): Promise<void> {
  const { log, clock } = options;
  const topic = sliceTopicOf(slice);
  let last: Pick<Mark, "revision" | "sum"> = { revision: 0, sum: 0n };
  let next = 0;
  let waitedMs = 0;
  for (let pauseMs = LOOK_FIRST_MS; ; pauseMs = Math.min(2 * pauseMs, LOOK_LAST_MS)) {
    next = await readMarks(log, topic, next, (mark) => {
      if (mark.revision >= last.revision) last = mark;
    });
    if (last.revision >= revision || last.sum === sliceSum(model.derived.store, slice)) return;
    if (waitedMs >= timing.lagTimeoutMs) break;
    await clock.sleep(pauseMs);
    waitedMs += pauseMs;
  }
  throw ApiProblem.of(
    "lagging",
    `the stream-forwarder has not written what follows from revision ${revision} to ${topic} yet`,
    {
      headers: { "retry-after": "1" },
      fields: {
        revision: last.revision,
        lagging: [{ topic, partition: 0, revision: last.revision, writer: "stream-forwarder" }],
      },
    },
  );
}

/** A topic that is not there yet has none. */
async function readMarks(
  log: EventLog,
  topic: string,
  from: number,
  onMark: (mark: Mark) => void,
): Promise<number> {
  try {
    return await readToEnd(log, topic, 0, from, (record) => {
      const read = readStatement(record);
      if (read.kind === "mark") onMark(read.mark);
    });
  } catch (error) {
    if (error instanceof LogError && error.code === "unknown-topic") return from;
    throw error;
  }
}
