import type { Proposal } from "@titan/domain";
import type { EventLog, LogRecord, Subscription } from "@titan/event-log";
import {
  appendPersistently,
  deadLetterBatch,
  type Clock,
  type OnHold,
  type Signal,
} from "@titan/processor-runtime";
import { CodecError, decodeAs } from "@titan/schema-codec";
import type { FeedRules } from "./feed-rules.ts";

export interface PendingProposal {
  readonly proposal: Proposal;
  readonly position: number;
}

const PROPOSAL_TOPIC = "titan.proposal";
/** So many proposals may wait before the topic is not read on. */
const PROPOSALS_WAITING_MAX = 2_000;

/**
 * The proposals that wait to be decided, in the order of their topic. What is no proposal becomes
 * a dead letter before anything behind it is handed out.
 */
export class ProposalQueue {
  readonly #log: EventLog;
  readonly #clock: Clock;
  readonly #onHold: OnHold;
  /** Raised when there is more. */
  readonly #arrived: Signal;
  readonly #fail: (error: Error) => void;
  readonly #rules: Pick<FeedRules, "oneDeadLetterPerRecord">;
  #waiting: PendingProposal[] = [];
  #subscription: Subscription | undefined;
  #room: (() => void) | undefined;
  #closed = false;

  constructor(options: {
    readonly log: EventLog;
    readonly clock: Clock;
    readonly onHold: OnHold;
    readonly arrived: Signal;
    readonly fail: (error: Error) => void;
    readonly rules: Pick<FeedRules, "oneDeadLetterPerRecord">;
  }) {
    this.#log = options.log;
    this.#clock = options.clock;
    this.#onHold = options.onHold;
    this.#arrived = options.arrived;
    this.#fail = options.fail;
    this.#rules = options.rules;
  }

  get waiting(): readonly PendingProposal[] {
    return this.#waiting;
  }

  open(from: number): void {
    this.#subscription = this.#log.subscribe(
      { topic: PROPOSAL_TOPIC, partition: 0, from },
      async (batch) => {
        for (const record of batch.records) {
          const isProposal = await this.#read(record);
          if (!isProposal && !this.#rules.oneDeadLetterPerRecord) break;
        }
        if (batch.records.length > 0) this.#arrived.raise();
        if (this.#waiting.length >= PROPOSALS_WAITING_MAX && !this.#closed) {
          await new Promise<void>((resolve) => {
            this.#room = resolve;
          });
        }
      },
      { onError: this.#fail },
    );
  }

  /** The first so many are decided. */
  drop(count: number): void {
    this.#waiting.splice(0, count);
    if (this.#waiting.length < PROPOSALS_WAITING_MAX) this.#room?.();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#room?.();
    await this.#subscription?.close();
  }

  /** False for what became a dead letter. */
  async #read(record: LogRecord): Promise<boolean> {
    let proposal: Proposal;
    try {
      proposal = decodeAs("proposal", record.value);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      await this.#deadLetter(record, error);
      return false;
    }
    this.#waiting.push({ proposal, position: record.offset });
    return true;
  }

  async #deadLetter(record: LogRecord, error: CodecError): Promise<void> {
    const batch = deadLetterBatch({
      topic: PROPOSAL_TOPIC,
      partition: 0,
      record,
      code: error.code,
      reason: error.message,
      processor: "change-feed",
      processorVersion: 1,
    });
    await appendPersistently(this.#log, [batch], this.#clock, this.#onHold);
  }
}
