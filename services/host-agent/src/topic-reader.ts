import type { EventLog, LogRecord } from "@titan/event-log";
import {
  Alignment,
  CutFold,
  readStatement,
  Signal,
  StuckWatch,
  type AlignedStep,
  type Clock,
  type Statement,
} from "@titan/processor-runtime";
import type { StreamHandler, TransportProblem } from "./transport.ts";

/** What a reading tells, in the order of the stream. */
export interface ReadingHandler extends Pick<StreamHandler, "record" | "mark"> {
  /** The first cut verified: the whole state follows, then its mark. */
  begin(): void;
}

interface Reading {
  readonly fold: CutFold;
  readonly alignment: Alignment;
  /** Of the marks that were not handed over yet. */
  readonly sums: Map<number, bigint>;
  /** What changed since the cut that was handed over last. */
  readonly changed: Map<string, Statement>;
  readonly handler: ReadingHandler;
  begun: boolean;
  caughtUp: boolean;
  failure: Error | undefined;
}

/**
 * Reads the topic of one stream. Promises what the gateway promises: only verified cuts, first the
 * newest with the whole state, then what changed, each followed by its mark (PROTOCOL.md rules 8
 * and 9). A cut that does not verify for a named time ends the reading, once, so that another
 * begins (rule 10). Records that can not be read are passed over: the sums show whether they were
 * needed.
 */
export class TopicReader {
  readonly #log: EventLog;
  readonly #topic: string;
  readonly #signal: AbortSignal;
  readonly #arrived = new Signal();
  readonly #stuck: StuckWatch;

  /** Reads until `signal` aborts. */
  constructor(log: EventLog, topic: string, clock: Clock, signal: AbortSignal) {
    this.#log = log;
    this.#topic = topic;
    this.#signal = signal;
    this.#stuck = new StuckWatch(clock, this.#arrived, signal);
    signal.addEventListener("abort", () => this.#arrived.raise(), { once: true });
  }

  /** One reading from offset zero. Answers why it ended; rejects with the `LogError` of the log. */
  async read(handler: ReadingHandler): Promise<TransportProblem> {
    const fold = new CutFold();
    const reading: Reading = {
      fold,
      alignment: new Alignment([fold]),
      sums: new Map(),
      changed: new Map(),
      handler,
      begun: false,
      caughtUp: false,
      failure: undefined,
    };
    const { end } = await this.#log.bounds(this.#topic, 0);
    const subscription = this.#log.subscribe(
      { topic: this.#topic, partition: 0, from: 0 },
      ({ records, next }) => {
        for (const record of records) take(reading, record);
        reading.caughtUp ||= next >= end;
        if (!this.#signal.aborted) advance(reading);
        this.#arrived.raise();
      },
      {
        onError: (error) => {
          reading.failure = error;
          this.#arrived.raise();
        },
      },
    );
    try {
      while (!this.#signal.aborted) {
        if (reading.failure !== undefined) throw reading.failure;
        if (reading.caughtUp && this.#stuck.look([fold]) === "start-over") {
          return { code: "not-verified", detail: `the sums of ${this.#topic} do not match` };
        }
        await this.#arrived.wait();
      }
      return { code: "closed", detail: "the stream is not watched any more" };
    } finally {
      await subscription.close();
    }
  }
}

function take({ fold, sums }: Reading, record: LogRecord): void {
  const read = readStatement(record);
  if (read.kind === "statement") fold.add(read.statement);
  if (read.kind !== "mark") return;
  sums.set(read.mark.revision, read.mark.sum);
  fold.addCut(read.mark);
}

/** What is old is folded as it comes, and only the newest cut is handed over. */
function advance(reading: Reading): void {
  const { alignment, changed } = reading;
  let last: AlignedStep | undefined;
  for (;;) {
    const step = alignment.revision === undefined ? alignment.start() : alignment.next();
    if (step === undefined) break;
    for (const { statements } of step.changes) {
      for (const [key, statement] of statements) changed.set(key, statement);
    }
    last = step;
  }
  const isNew = last !== undefined || !reading.begun;
  if (reading.caughtUp && isNew && alignment.revision !== undefined) {
    handOver(reading, alignment.revision);
  }
}

function handOver(reading: Reading, revision: number): void {
  const { handler, changed, sums } = reading;
  if (!reading.begun) handler.begin();
  reading.begun = true;
  for (const { key, revision: label, current, hash } of changed.values()) {
    handler.record({ key, revision: label, current, hash });
  }
  changed.clear();
  handler.mark({ revision, sum: sums.get(revision) ?? 0n });
  for (const seen of sums.keys()) if (seen <= revision) sums.delete(seen);
}
