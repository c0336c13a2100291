import { CutFold } from "@titan/processor-runtime";
import { derivedHash } from "@titan/schema-codec";
import { HOST_RULES, type HostRules } from "./host-rules.ts";
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
  readonly rules?: Pick<HostRules, "actAtCuts" | "removeOnlyAtCuts">;
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
  readonly #rules: NonNullable<LogicalStreamOptions<Value>["rules"]>;
  #fold = new CutFold();
  #state = new Map<string, Value>();
  #offset = 0;
  #started = false;
  readonly #labels = new Map<string, number>();

  constructor(options: LogicalStreamOptions<Value>) {
    this.#options = options;
    this.#rules = options.rules ?? HOST_RULES;
  }

  begin(installation: string): void {
    this.#installation = installation;
    this.#fold = new CutFold();
    if (this.#rules.actAtCuts) {
      this.#state = new Map();
      this.#labels.clear();
    }
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
    if (!this.#rules.actAtCuts || !this.#rules.removeOnlyAtCuts) {
      this.#takeByKey(key, revision, current as Value | null);
      if (!this.#rules.removeOnlyAtCuts) this.#emit(this.#installation, revision);
    }
    if (!this.#rules.actAtCuts) return;
    const offset = (this.#offset += 1);
    this.#fold.add({ key, revision, hash, current, offset, origin: NO_ORIGIN });
  }

  mark(mark: { readonly revision: number; readonly sum: bigint }): void {
    if (this.#installation === undefined) return;
    if (!this.#rules.actAtCuts) {
      this.#emit(this.#installation, mark.revision);
      return;
    }
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
    this.#emit(this.#installation, revision);
  }

  broken(problem: TransportProblem): void {
    this.#installation = undefined;
    this.#options.onBroken(problem);
  }

  #emit(installation: string, revision: number): void {
    this.#options.onCut({ installation, revision, state: new Map(this.#state) });
  }

  /** The mistake that `actAtCuts` and `removeOnlyAtCuts` guard against. */
  #takeByKey(key: string, revision: number, current: Value | null): void {
    if ((this.#labels.get(key) ?? -1) > revision) return;
    this.#labels.set(key, revision);
    if (current === null) this.#state.delete(key);
    else this.#state.set(key, current);
  }

  #fault(key: string, current: Value | null, hash: bigint): string | undefined {
    if (derivedHash(this.#options.record, key, current as never) !== hash) {
      return `the record of ${key} does not have the hash that it names`;
    }
    return current === null ? undefined : this.#options.check(key, current);
  }
}
