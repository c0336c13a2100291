import { CutFold, RULES, type Rules } from "@titan/processor-runtime";
import { derivedHash } from "@titan/schema-codec";
import type { StreamHandler, StreamRecord, TransportProblem } from "./transport.ts";

/** The state of a stream at a verified cut. */
export interface VerifiedState<Value> {
  readonly installation: string;
  readonly revision: number;
  readonly state: ReadonlyMap<string, Value>;
}

export interface LogicalStreamOptions<Value> {
  readonly record: "host-deployment" | "rendered-deployment";
  /** Why a value does not belong into this stream; undefined when it does. */
  check(key: string, value: Value): string | undefined;
  /** Called at each verified cut, the newest only. */
  onCut(state: VerifiedState<Value>): void;
  onBroken(problem: TransportProblem): void;
  readonly rules?: Rules;
}

const NO_ORIGIN = { revision: 0, changeId: "", actor: "", reason: "", occurredAt: 0 };

/**
 * One logical stream as a host reads it. Promises: `onCut` is called with verified cuts only
 * (PROTOCOL.md rule 8), with rising revisions within a reading; the hash of each record is computed
 * here and not believed. A record that belongs elsewhere breaks the reading.
 */
export class LogicalStream<Value> implements StreamHandler {
  readonly #options: LogicalStreamOptions<Value>;
  #installation: string | undefined;
  #fold: CutFold;
  #state = new Map<string, Value>();
  #offset = 0;
  #started = false;

  constructor(options: LogicalStreamOptions<Value>) {
    this.#options = options;
    this.#fold = this.#newFold();
  }

  begin(installation: string): void {
    this.#installation = installation;
    this.#fold = this.#newFold();
    this.#state = new Map();
    this.#offset = 0;
    this.#started = false;
  }

  record({ key, revision, current, hash }: StreamRecord): void {
    if (this.#installation === undefined) return;
    const wrong = this.#fault(key, current as Value | null, hash);
    if (wrong !== undefined) {
      this.broken({ code: "misbehaved", detail: wrong });
      return;
    }
    const offset = (this.#offset += 1);
    this.#fold.add({ key, revision, hash, current, offset, origin: NO_ORIGIN });
  }

  mark(mark: { readonly revision: number; readonly sum: bigint }): void {
    if (this.#installation === undefined) return;
    this.#fold.addCut(mark);
    if (!this.#started) {
      if (!this.#fold.verifies(mark.revision)) return;
      this.#fold.start(mark.revision);
      this.#started = true;
    }
    this.#fold.advance();
    const revision = this.#fold.highestVerified;
    if (revision === undefined) return;
    for (const { key, current } of this.#fold.take(revision).values()) {
      if (current === null) this.#state.delete(key);
      else this.#state.set(key, current as Value);
    }
    const state = new Map(this.#state);
    this.#options.onCut({ installation: this.#installation, revision, state });
  }

  broken(problem: TransportProblem): void {
    this.#installation = undefined;
    this.#options.onBroken(problem);
  }

  #newFold(): CutFold {
    return new CutFold(this.#options.rules ?? RULES);
  }

  #fault(key: string, current: Value | null, hash: bigint): string | undefined {
    if (derivedHash(this.#options.record, key, current as never) !== hash) {
      return `the record of ${key} does not have the hash that it names`;
    }
    return current === null ? undefined : this.#options.check(key, current);
  }
}
