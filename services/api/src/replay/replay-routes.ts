import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { LogError, type EventLog, type Subscription, type TopicInfo } from "@titan/event-log";
import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import type { ApiContext } from "../api-context.ts";
import { type Caller, visibleWorkspaces } from "../caller.ts";
import { callerOf } from "../caller-of-request.ts";
import { decodeCursor, encodeCursor } from "../list-cursor.ts";
import { pageLimit } from "../page-limit.ts";
import { ApiProblem } from "../problem.ts";
import { requireDerived, requireRevision, revisionToRead, wholeNumber } from "../read-revision.ts";
import { AnyObject, PROBLEM_ANSWERS } from "../routes/query-schemas.ts";
import { sliceNameOf } from "../gateway/slice.ts";
import { LineWriter } from "./line-writer.ts";
import { decodedOf, replayLine } from "./replay-line.ts";
import { requireForwarded } from "./require-forwarded.ts";
import { replayStartOf, type ReplayStart } from "./replay-start.ts";
import { isVisibleStream } from "./visible-stream.ts";

const text = Type.Optional(Type.String({ maxLength: 256 }));
const RECORDS_PER_BATCH_MAX = 200;

/** What is on the streams, as it lies there. */
export function registerReplayRoutes(app: FastifyInstance, context: ApiContext): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  const { log } = context.options;
  typed.get(
    "/v1/streams",
    {
      schema: {
        tags: ["streams"],
        summary: "List the streams with their bounds",
        querystring: Type.Object(
          { limit: text, cursor: text, minRevision: text },
          { additionalProperties: false },
        ),
        response: { 200: AnyObject, ...PROBLEM_ANSWERS },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      const { limit, cursor } = request.query;
      await revisionToRead(context, request.query);
      const after = cursor === undefined ? "" : decodeCursor(cursor).after;
      const topics = (await log.topics()).filter(
        ({ name }) => name > after && isVisibleStream(caller, name),
      );
      const page = topics.slice(0, pageLimit(limit));
      const items = await Promise.all(
        page.map(async (topic) => await describeStream(caller, topic)),
      );
      const last = page.at(-1);
      const { revision } = context.model.nouns;
      const more = page.length < topics.length && last !== undefined;
      return {
        items,
        revision,
        ...(more ? { cursor: encodeCursor({ revision, after: last.name }) } : {}),
      };
    },
  );

  /** Bounds of a stream that workspaces share would count what others have. */
  async function describeStream(caller: Caller, { name, partitions }: TopicInfo) {
    const counts = visibleWorkspaces(caller) === "all" || sliceNameOf(name) !== undefined;
    const bounds = await Promise.all(
      Array.from({ length: partitions }, async (_, partition) => ({
        partition,
        ...(counts ? await log.bounds(name, partition) : {}),
      })),
    );
    return { stream: name, partitions: bounds };
  }

  typed.get(
    "/v1/streams/:stream",
    {
      schema: {
        tags: ["streams"],
        summary: "Replay a stream, one JSON object a line",
        params: Type.Object({ stream: Type.String() }),
        querystring: Type.Object(
          {
            from: text,
            partition: text,
            limit: text,
            follow: Type.Optional(Type.Union([Type.Literal("true"), Type.Literal("false")])),
            minRevision: text,
          },
          { additionalProperties: false },
        ),
        response: { 200: Type.String(), ...PROBLEM_ANSWERS },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { stream } = request.params;
      const { from, partition, limit, follow, minRevision } = request.query;
      const visible = isVisibleStream(caller, stream);
      // A stream that is to come is waited for.
      if (visible && minRevision !== undefined) await requireStream(context, stream, minRevision);
      const topic = await topicOf(log, stream);
      if (topic === undefined || !visible) {
        throw ApiProblem.of("no-such-stream", `there is no stream ${stream}`);
      }
      const partitions = partitionsOf(topic, partition);
      const start = replayStartOf(context, stream, from);
      const linesMax = limit === undefined ? Number.MAX_SAFE_INTEGER : wholeNumber("limit", limit);
      const lines = new LineWriter(reply, linesMax, {
        "titan-revision": context.model.nouns.revision,
      });
      context.replays.add(lines);
      const replay = { context, caller, stream, start, lines };
      try {
        if (follow === "true") await followAll(replay, partitions);
        else for (const each of partitions) await replayPartition(replay, each, false);
      } finally {
        lines.end();
        context.replays.delete(lines);
      }
    },
  );
}

/** A fleet has a slice for each host: to list all topics for each of them would take for ever. */
async function topicOf(log: EventLog, stream: string): Promise<TopicInfo | undefined> {
  if (sliceNameOf(stream) === undefined) {
    return (await log.topics()).find(({ name }) => name === stream);
  }
  try {
    await log.bounds(stream, 0);
    return { name: stream, partitions: 1 };
  } catch (error) {
    if (error instanceof LogError && error.code === "unknown-topic") return undefined;
    throw error;
  }
}

/** Waits until a stream holds what there is at a revision, or says what lags. */
async function requireStream(
  context: ApiContext,
  stream: string,
  minRevision: string,
): Promise<void> {
  const revision = wholeNumber("minRevision", minRevision);
  await requireRevision(context, revision);
  if (stream === "titan.change" || stream === "titan.proposal") return;
  await requireDerived(context, revision);
  const slice = sliceNameOf(stream);
  if (slice !== undefined) await requireForwarded(context, slice, revision);
}

interface Replay {
  readonly context: ApiContext;
  readonly caller: Caller;
  readonly stream: string;
  readonly start: ReplayStart;
  readonly lines: LineWriter;
}

async function followAll(replay: Replay, partitions: readonly number[]): Promise<void> {
  await Promise.all(
    partitions.map(async (partition) => await replayPartition(replay, partition, true)),
  );
}

/** Up to the end that the partition has now, or on until nobody wants more. */
async function replayPartition(
  { context, caller, stream, start, lines }: Replay,
  partition: number,
  follow: boolean,
): Promise<void> {
  const { log } = context.options;
  const { end } = await log.bounds(stream, partition);
  if (lines.full || (!follow && start.offset >= end)) return;
  const place = { stream, partition };
  let subscription: Subscription | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      let done = false;
      const finish = (): void => {
        done = true;
        resolve();
      };
      void lines.ended.then(finish);
      subscription = log.subscribe(
        { topic: stream, partition, from: start.offset },
        async (batch) => {
          for (const record of batch.records) {
            if (done || (!follow && record.offset >= end)) break;
            const decoded = decodedOf(record);
            if (!start.includes(record, decoded)) continue;
            const line = replayLine(caller, place, record, decoded);
            if (line !== undefined) await lines.write(line);
            if (lines.full) break;
          }
          if (lines.full || (!follow && batch.next >= end)) finish();
        },
        { maxRecords: RECORDS_PER_BATCH_MAX, onError: reject },
      );
    });
  } finally {
    await subscription?.close();
  }
}

function partitionsOf(
  { name, partitions }: TopicInfo,
  asked: string | undefined,
): readonly number[] {
  if (asked === undefined) return Array.from({ length: partitions }, (_, partition) => partition);
  const partition = wholeNumber("partition", asked);
  if (partition < partitions) return [partition];
  throw ApiProblem.of("bad-query", `${name} has partitions 0 to ${partitions - 1}`);
}
