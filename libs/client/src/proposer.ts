import { randomUUID } from "node:crypto";
import { LogError, RECORD_BYTES_MAX, type AppendBatch, type EventLog } from "@titan/event-log";
import type { Clock } from "@titan/processor-runtime";
import {
  proposalBytes,
  workspaceOf,
  type Change,
  type ProposalKey,
  type Verdict,
} from "./change.ts";
import { ClientError, OutcomeUnknown } from "./client-error.ts";
import { VerdictReader } from "./verdict-reader.ts";

export interface ProposeOptions {
  readonly signal?: AbortSignal;
  /** So long the verdict is waited for; 30 s unless told. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 30_000;
const RETRY_FIRST_MS = 50;
const RETRY_LAST_MS = 2_000;
const PROPOSAL_TOPIC = "titan.proposal";

/** Writes proposals and waits for the feed's verdicts. Promises are those of `TitanClient`. */
export class Proposer {
  readonly #log: EventLog;
  readonly #clock: Clock;
  #reader: Promise<VerdictReader> | undefined;
  readonly #closing = new AbortController();

  constructor(log: EventLog, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  async newKey(): Promise<ProposalKey> {
    const { revision } = await this.#verdicts();
    return { id: randomUUID(), seen: revision, madeAt: this.#clock.now() };
  }

  async propose(change: Change, options: ProposeOptions): Promise<Verdict> {
    const over = new AbortController();
    const { signal, timeoutMs = TIMEOUT_MS } = options;
    const given = signal === undefined ? [] : [signal];
    const limit = AbortSignal.any([...given, this.#closing.signal, over.signal]);
    const late = this.#clock.sleep(timeoutMs, limit);
    try {
      const start = async () => {
        const reader = await this.#verdicts();
        return { reader, key: change.key ?? (await this.newKey()) };
      };
      const started = await within(start(), late).catch((error: unknown) => {
        throw error instanceof LogError ? this.#unavailable(change.key, error) : error;
      });
      if (started === undefined) throw this.#unavailable(change.key);
      const { reader, key } = started;
      const value = proposalBytes(change, key);
      if (value.length > RECORD_BYTES_MAX) throw tooLarge(value.length);
      const stop = new AbortController();
      const waiting = reader.wait(key.id);
      try {
        const isRepeated = change.key !== undefined;
        const known = isRepeated ? within(reader.lookBack(key), late) : Promise.resolve(undefined);
        const batch = {
          topic: PROPOSAL_TOPIC,
          partition: 0,
          records: [{ key: workspaceOf(change), value }],
        };
        const decide = async (): Promise<Verdict> =>
          (await known) ??
          (await Promise.race([
            waiting.verdict,
            this.#append(batch, stop.signal).then(() => waiting.verdict),
          ]));
        const verdict = await within(decide(), late);
        if (verdict !== undefined) return verdict;
        throw new OutcomeUnknown(key);
      } catch (error) {
        if (error instanceof ClientError || !(error instanceof LogError)) throw error;
        throw new OutcomeUnknown(key, error);
      } finally {
        stop.abort();
        waiting.forget();
      }
    } finally {
      over.abort();
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const reader = await this.#reader?.catch(() => undefined);
    await reader?.close();
  }

  /** Opened by the first who needs it, and again after it failed. */
  async #verdicts(): Promise<VerdictReader> {
    const isBroken = await this.#reader?.then(
      (reader) => reader.hasFailed,
      () => true,
    );
    if (this.#closing.signal.aborted) throw new ClientError("closed", "the client is closed");
    if (isBroken === true) this.#reader = undefined;
    this.#reader ??= VerdictReader.open(this.#log);
    return await this.#reader;
  }

  /** The same bytes again while the log does not say what became of them. */
  async #append(batch: AppendBatch, stop: AbortSignal): Promise<void> {
    let isOpen = false;
    for (let waitMs = RETRY_FIRST_MS; !stop.aborted; waitMs = Math.min(2 * waitMs, RETRY_LAST_MS)) {
      try {
        await this.#log.append([batch]);
        return;
      } catch (error) {
        if (!(error instanceof LogError)) throw error;
        if (error.code === "record-too-large") throw tooLarge(batch.records[0]?.value.length ?? 0);
        isOpen ||= error.outcome === "unknown";
        // What was tried before may still land: only the verdict tells.
        if (error.outcome === "refused" && !isOpen) {
          throw new ClientError("log-unavailable", `nothing was proposed: ${error.message}`, error);
        }
      }
      await this.#clock.sleep(waitMs, stop);
    }
  }

  #unavailable(key: ProposalKey | undefined, cause?: LogError): ClientError {
    if (this.#closing.signal.aborted) return new ClientError("closed", "the client is closed");
    // What an earlier call under this key did is not known either.
    if (key !== undefined) return new OutcomeUnknown(key, cause);
    return new ClientError(
      "log-unavailable",
      "nothing was proposed: the log does not answer",
      cause,
    );
  }
}

/** Undefined when the time was over first. */
async function within<Value>(
  promise: Promise<Value>,
  late: Promise<void>,
): Promise<Value | undefined> {
  return await Promise.race([promise, late.then(() => undefined)]);
}

function tooLarge(bytes: number): ClientError {
  return new ClientError(
    "proposal-too-large",
    `the change takes ${bytes} bytes, and ${RECORD_BYTES_MAX} fit in one record`,
  );
}
