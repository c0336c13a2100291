import {
  firstOffset,
  inPieces,
  takeBatch,
  type LandedPiece,
  type Piece,
  type SizedRecord,
} from "./append-pieces.ts";
import type { AppendBatch } from "../event-log.ts";
import { RECORD_BYTES_MAX } from "../event-log.ts";
import { LogError } from "../log-error.ts";
import { unknownTopic, type Cluster } from "./cluster.ts";
import { REQUEST_TIMEOUT_MS_DEFAULT } from "./kafka-options.ts";
import { produceRequest, type PartitionAppended } from "./produce.ts";
import { CODE, codeName, isLeaderMoved } from "./protocol-code.ts";
import { encodeRecordBatch, recordBytes } from "./record-batch.ts";

/** A broker's default limit of a request is 100 MiB; memory is what matters here. */
const REQUEST_BYTES_MAX = 8 * 1024 * 1024;
/** Requests under way to one broker; more would only be smaller ones. */
const REQUESTS_MAX = 2;
interface PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  readonly pieces: Piece[];
  isBusy: boolean;
}

interface Node {
  /** Partitions with something to send and nothing under way. */
  readonly ready: Set<PartitionQueue>;
  requests: number;
  isScheduled: boolean;
}

/**
 * Appends of one turn of the event loop go to a broker in one request; while requests are under
 * way the next one fills up. One batch is under way per partition, so the order is that of the
 * calls. Nothing is sent twice here: whether to repeat is the caller's to say.
 */
export class Appender {
  readonly #cluster: Cluster;
  readonly #queues = new Map<string, PartitionQueue>();
  readonly #nodes = new Map<number, Node>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Values must stay as they are until the answer comes. */
  async append(batches: readonly AppendBatch[]): Promise<readonly (number | undefined)[]> {
    const checked = batches.map((batch) => this.#outgoing(batch));
    await this.#locate(batches);
    const outcomes = checked.map((records, at) => {
      const batch = batches[at];
      return batch === undefined ? [] : this.#enqueue(batch, records);
    });
    const settled = await Promise.allSettled(outcomes.flat());
    const failures = settled.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    if (failures.length > 0) throw worst(failures as LogError[], settled.length);
    return Promise.all(outcomes.map(async (pieces) => firstOffset(await Promise.all(pieces))));
  }

  #outgoing({ topic, records }: AppendBatch): readonly SizedRecord[] {
    const { headersOf } = this.#cluster.options;
    return records.map((record) => {
      if (Buffer.byteLength(record.key) + record.value.length > RECORD_BYTES_MAX) {
        const message = `a record for ${topic} is larger than ${RECORD_BYTES_MAX} bytes`;
        throw new LogError("record-too-large", "refused", message);
      }
      const { key, value } = record;
      const outgoing = { key, value, headers: headersOf?.(topic, record) ?? [], bytes: 0 };
      outgoing.bytes = recordBytes(outgoing);
      return outgoing;
    });
  }

  /** Every leader is known before anything is sent, so that a wrong name stops all of it. */
  async #locate(batches: readonly AppendBatch[]): Promise<void> {
    const unknown = batches.filter(
      ({ topic, partition }) => this.#cluster.knownLeader(topic, partition) === undefined,
    );
    if (unknown.length === 0) return;
    try {
      await Promise.all(
        unknown.map(({ topic, partition }) => this.#cluster.leaderOf(topic, partition)),
      );
    } catch (error) {
      if (error instanceof LogError) throw error;
      throw new LogError("not-acknowledged", "refused", "no broker can be asked", error);
    }
  }

  #enqueue(batch: AppendBatch, records: readonly SizedRecord[]): Promise<LandedPiece>[] {
    const { topic, partition } = batch;
    const id = `${topic} ${partition}`;
    let queue = this.#queues.get(id);
    if (queue === undefined) {
      queue = { topic, partition, pieces: [], isBusy: false };
      this.#queues.set(id, queue);
    }
    const into = queue;
    const promises = inPieces(records).map(
      (part) =>
        new Promise<LandedPiece>((resolve, reject) => {
          into.pieces.push({
            topic,
            partition,
            ...part,
            settle: (outcome) =>
              "error" in outcome
                ? reject(outcome.error)
                : resolve({ offset: outcome.offset, count: part.records.length }),
          });
        }),
    );
    this.#offer(into);
    return promises;
  }

  /** Hands a partition to its leader, if it has something to send and may. */
  #offer(queue: PartitionQueue): void {
    if (queue.isBusy) return;
    if (queue.pieces.length === 0) {
      this.#queues.delete(`${queue.topic} ${queue.partition}`);
      return;
    }
    const leader = this.#cluster.knownLeader(queue.topic, queue.partition);
    if (leader === undefined) {
      const message = `nobody leads ${queue.topic}/${queue.partition} now`;
      settleAll(queue, new LogError("not-acknowledged", "refused", message));
      this.#queues.delete(`${queue.topic} ${queue.partition}`);
      return;
    }
    let node = this.#nodes.get(leader);
    if (node === undefined) {
      node = { ready: new Set(), requests: 0, isScheduled: false };
      this.#nodes.set(leader, node);
    }
    node.ready.add(queue);
    this.#schedule(leader, node);
  }

  #schedule(leader: number, node: Node): void {
    if (node.isScheduled || node.requests >= REQUESTS_MAX || node.ready.size === 0) return;
    node.isScheduled = true;
    setImmediate(() => {
      node.isScheduled = false;
      void this.#send(leader, node);
      this.#schedule(leader, node);
    });
  }

  async #send(leader: number, node: Node): Promise<void> {
    const { options } = this.#cluster;
    const now = (options.now ?? Date.now)();
    const timeoutMs = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS_DEFAULT;
    const taken = new Map<PartitionQueue, readonly Piece[]>();
    let bytes = 0;
    for (const queue of node.ready) {
      if (bytes > REQUEST_BYTES_MAX) break;
      node.ready.delete(queue);
      queue.isBusy = true;
      const pieces = takeBatch(queue.pieces);
      for (const piece of pieces) bytes += piece.bytes;
      taken.set(queue, pieces);
    }
    if (taken.size === 0) return;
    node.requests += 1;
    try {
      const appends = [...taken].map(([{ topic, partition }, pieces]) => ({
        topic,
        partition,
        batch: encodeRecordBatch(
          pieces.flatMap((piece) => piece.records),
          now,
        ),
      }));
      const connection = this.#cluster.connection(leader, "append");
      const answers = await connection.callRaw(produceRequest(appends, timeoutMs));
      const byId = new Map(
        answers.map((answer) => [`${answer.topic} ${answer.partition}`, answer]),
      );
      for (const [queue, pieces] of taken) {
        this.#settle(pieces, byId.get(`${queue.topic} ${queue.partition}`));
      }
    } catch (error) {
      // Leaders may have moved away from a broker that does not answer.
      this.#cluster.forget([...taken.keys()].map(({ topic }) => topic));
      const failure =
        error instanceof LogError
          ? error
          : new LogError("not-acknowledged", "unknown", `broker ${leader} did not answer`, error);
      for (const pieces of taken.values())
        for (const piece of pieces) piece.settle({ error: failure });
    }
    node.requests -= 1;
    for (const queue of taken.keys()) {
      queue.isBusy = false;
      this.#offer(queue);
    }
    this.#schedule(leader, node);
  }

  #settle(pieces: readonly Piece[], answer: PartitionAppended | undefined): void {
    if (answer?.code === CODE.none) {
      let offset = answer.baseOffset;
      for (const piece of pieces) {
        piece.settle({ offset });
        offset += piece.records.length;
      }
      return;
    }
    const topic = pieces[0]?.topic ?? "";
    const code = answer?.code ?? CODE.requestTimedOut;
    if (isLeaderMoved(code)) this.#cluster.forget([topic]);
    const error = failureOf(code, topic);
    for (const piece of pieces) piece.settle({ error });
  }
}

function settleAll(queue: PartitionQueue, error: LogError): void {
  for (const piece of queue.pieces.splice(0)) piece.settle({ error });
}

function failureOf(code: number, topic: string): LogError {
  const said = `${topic}: ${codeName(code)}`;
  switch (code) {
    case CODE.messageTooLarge:
    case CODE.recordListTooLarge:
      return new LogError("record-too-large", "refused", `the broker's limit is lower: ${said}`);
    case CODE.unknownTopic:
    case CODE.notLeader:
    case CODE.leaderNotAvailable:
    case CODE.notEnoughReplicas:
    case CODE.topicNotAuthorized:
    case CODE.clusterNotAuthorized:
      return new LogError("not-acknowledged", "refused", `the broker took nothing: ${said}`);
    case CODE.storageError:
      return new LogError("io-failed", "unknown", `the broker's disk failed: ${said}`);
    default:
      return new LogError("not-acknowledged", "unknown", `the broker did not confirm: ${said}`);
  }
}

/** One error for the whole append: nothing landed only if every part was refused. */
function worst(failures: readonly LogError[], parts: number): LogError {
  const [first] = failures;
  const unknown = failures.find(({ outcome }) => outcome === "unknown");
  if (first === undefined || unknown !== undefined) return unknown ?? unknownTopic("");
  if (failures.length === parts) return first;
  return new LogError(
    first.code,
    "unknown",
    `a part of the append failed: ${first.message}`,
    first,
  );
}
