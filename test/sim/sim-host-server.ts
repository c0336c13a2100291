import type { HostStatus } from "@titan/domain";
import type { ReportAnswer } from "@titan/host-agent";
import type { Random } from "@titan/event-log/testing";

const STALE_STEP_MAX = 1_000;

/**
 * Takes the reports of one host, ordered by (incarnation, sequence), as the API does: a start on a
 * full disk may take the incarnation of the one before, and is told to go above.
 */
export class ReportServer {
  readonly #random: Random;
  #incarnation = "";
  #sequence = 0;
  #last: HostStatus | undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  /** The one that was taken last. */
  get last(): HostStatus | undefined {
    return this.#last;
  }

  /** Another agent of this host reported, which began later than it: whoever goes on must go above. */
  overtake(): void {
    const above = Number(this.#incarnation) + 1 + Math.floor(this.#random() * STALE_STEP_MAX);
    this.#incarnation = String(above).padStart(16, "0");
    this.#sequence = 0;
  }

  take(report: HostStatus): ReportAnswer {
    const { incarnation, sequence } = report;
    const isSame = incarnation === this.#incarnation;
    // Known already: it was taken before, and its answer was lost.
    if (isSame && sequence === this.#sequence) return { kind: "taken" };
    if (incarnation < this.#incarnation || (isSame && sequence < this.#sequence)) {
      return { kind: "stale", incarnation: this.#incarnation };
    }
    this.#incarnation = incarnation;
    this.#sequence = sequence;
    this.#last = report;
    return { kind: "taken" };
  }
}
