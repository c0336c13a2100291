import type { Operation, Proposal } from "@titan/domain";
import { LogError, RECORD_BYTES_MAX, type EventLog } from "@titan/event-log";
import type { Clock } from "@titan/processor-runtime";
import { encode } from "@titan/schema-codec";
import { ApiProblem } from "../problem.ts";
import type { StoredChange } from "../read-model/change-store.ts";
import type { NounFold } from "../read-model/noun-fold.ts";
import { proposalIdOf } from "./proposal-id.ts";

/** What somebody wants changed. */
export interface Submission {
  readonly actor: string;
  readonly workspace: string;
  readonly reason: string;
  readonly traceparent: string;
  readonly operations: readonly Operation[];
  readonly idempotencyKey: string | undefined;
  /** The newest revision that the caller had seen when it made the key. */
  readonly seen: number | undefined;
}

const PROPOSAL_TOPIC = "titan.proposal";
/** So many writes may wait for their verdict. */
const WAITING_MAX = 2_000;
const RETRY_MS = 200;

/**
 * Turns changes into proposals and waits for the feed's verdict.
 *
 * Promises: an answer means that the verdict is committed and that this replica has folded it; a
 * repetition under one key gets the first verdict and carries the same bytes, `seen` included
 * (PROTOCOL.md rule 5). A key that comes without `seen` is taken at the present revision, which is
 * good only while the window of the feed lasts.
 */
export class Submitter {
  readonly #log: EventLog;
  readonly #clock: Clock;
  readonly #nouns: NounFold;
  readonly #timeoutMs: number;
  #waiting = 0;

  constructor(log: EventLog, clock: Clock, nouns: NounFold, timeoutMs: number) {
    this.#log = log;
    this.#clock = clock;
    this.#nouns = nouns;
    this.#timeoutMs = timeoutMs;
  }

  /** The verdict that is known already for a caller's key. */
  known(actor: string, idempotencyKey: string | undefined): StoredChange | undefined {
    if (idempotencyKey === undefined) return undefined;
    return this.#nouns.changes.ofProposal(proposalIdOf(actor, idempotencyKey));
  }

  /** The proposal as it would be written; also what a dry run decides. */
  proposalOf(submission: Submission): Proposal {
    const { actor, workspace, reason, operations, idempotencyKey } = submission;
    const seen = submission.seen ?? this.#nouns.revision;
    const keyed = idempotencyKey !== undefined;
    return {
      id: proposalIdOf(actor, idempotencyKey),
      seen,
      workspace,
      actor,
      reason,
      // A repetition carries the same bytes, so nothing in it may depend on when it is made.
      proposedAt: keyed ? (this.#nouns.changes.at(seen)?.committedAt ?? 0) : this.#clock.now(),
      traceparent: keyed ? "" : submission.traceparent,
      operations,
    };
  }

  async submit(submission: Submission): Promise<StoredChange> {
    const proposal = this.proposalOf(submission);
    const known = this.#nouns.changes.ofProposal(proposal.id);
    if (known !== undefined) return known;
    const value = encode("proposal", proposal);
    if (value.length > RECORD_BYTES_MAX) {
      throw ApiProblem.of(
        "proposal-too-large",
        `the change takes ${value.length} bytes, and ${RECORD_BYTES_MAX} fit in one record`,
      );
    }
    if (this.#waiting >= WAITING_MAX) {
      throw ApiProblem.of("overloaded", `${WAITING_MAX} writes wait for their verdict already`, {
        headers: { "retry-after": "1" },
      });
    }
    this.#waiting += 1;
    try {
      const decided = this.#nouns.verdicts.wait(proposal.id, this.#timeoutMs);
      const appended = this.#append(proposal, value);
      // What the log refuses ends the wait; what it leaves open does not.
      const outcome = await Promise.race([appended.then(() => decided), decided]);
      const verdict = outcome ? this.#nouns.changes.ofProposal(proposal.id) : undefined;
      if (verdict !== undefined) return verdict;
    } finally {
      this.#waiting -= 1;
    }
    throw outcomeUnknown(proposal.id);
  }

  /**
   * The same bytes again while the log does not say what became of them. A refusal says that nothing
   * was made only as long as no try before it was left open.
   */
  async #append(proposal: Proposal, value: Uint8Array): Promise<void> {
    let isOpen = false;
    const triesMax = Math.ceil(this.#timeoutMs / RETRY_MS);
    const records = [{ key: proposal.workspace, value }];
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#log.append([{ topic: PROPOSAL_TOPIC, partition: 0, records }]);
        return;
      } catch (error) {
        if (!(error instanceof LogError)) throw error;
        if (error.code === "record-too-large") {
          throw ApiProblem.of("proposal-too-large", "the change is too large for one record");
        }
        isOpen ||= error.outcome === "unknown";
        if (!isOpen) {
          throw ApiProblem.of("log-unavailable", "the log refused the change: it was not made", {
            headers: { "retry-after": "5" },
          });
        }
        if (tries >= triesMax) return;
        await this.#clock.sleep(RETRY_MS);
      }
    }
  }
}

function outcomeUnknown(changeId: string): ApiProblem {
  return ApiProblem.of(
    "verdict-timeout",
    `the verdict did not come in time: it may still be made; ask GET /v1/changes/${changeId}`,
    { fields: { changeId } },
  );
}
