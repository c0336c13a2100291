import type { Archive } from "@titan/compact";
import type { Causes, StatementName } from "@titan/schema-codec";
import type { Statement } from "./statement.ts";

/** One input record: what a key holds from a cut on. Its label is not here on purpose (rule 11). */
export interface InputRecord {
  /** The topic as `flow.ts` names it. */
  readonly stream: string;
  readonly key: string;
  readonly current: unknown;
}

/** Which partitions a task of the view takes together. */
export type TaskScope = "whole" | "host-partition" | "deployment-partition";

/** A noun that a value was derived from; the runtime adds the revision. */
export interface CauseRef {
  readonly kind: string;
  readonly stream: string;
  readonly key: string;
}

/**
 * A view keeps one output stream equal to a pure function of its inputs. The runtime does the
 * rest: see `README.md`. No clock, no randomness, no IO, no async; no label in a value.
 */
export interface View<State, Value> {
  readonly name: string;
  /** Any change that can alter an output byte is a new version. */
  readonly version: number;
  readonly scope: TaskScope;
  readonly consumes: readonly string[];
  readonly emits: Emits;
  empty(): State;
  /**
   * Folds the records between two verified cuts; names every key whose value may have changed. The
   * names are read once before the next call, or not at all.
   */
  learn(state: State, records: readonly InputRecord[]): Iterable<string>;
  /** What the output must hold for this key now; undefined when nothing. */
  value(state: State, key: string): Value | undefined;
  keys(state: State): Iterable<string>;
  /** Keeps a state, or makes an empty one what it was; of a view whose starts should be fast. */
  keepIn?(state: State, archive: Archive): void;
  /** Of slices: whether the topic belongs to something that exists now, and must be there. */
  isInForce?(state: State, topic: string): boolean;
  /** What the value of a key, which is given, was derived from: for people who ask why. */
  causes?(state: State, key: string, value: Value | undefined): readonly CauseRef[];
}

/** Where values go. */
export type Emits =
  | {
      readonly kind: "topic";
      readonly stream: string;
      readonly record: StatementName;
      /** The part of the key that places it in a partition. */
      placement(key: string): string;
    }
  | {
      readonly kind: "slices";
      readonly record: StatementName;
      /** What the names of all its topics begin with. */
      readonly prefix: string;
      /** The topic of a key, and the key that the record has there; an empty one only makes the topic. */
      slice(key: string): { readonly topic: string; readonly key: string };
      /** The other way round: the view's key of what a topic holds under a key. */
      nameOf(topic: string, key: string): string;
      /** The part of a topic's name that places it with a task. */
      placement(topic: string): string;
    }
  /** Not to the log: the task is given its output. */
  | { readonly kind: "elsewhere" };

/** Keys with their values; a map is one. */
export interface StepValues<Value> extends Iterable<readonly [string, Value | undefined]> {
  keys(): Iterable<string>;
  get(key: string): Value | undefined;
}

/** The keys that changed in one step, with their values at its revision. */
export interface ViewStep<Value> {
  readonly revision: number;
  readonly values: StepValues<Value>;
  readonly origin: Statement["origin"];
  /** Of slices: whether the topic must be there after the step; all must unless told. */
  isInForce?(topic: string): boolean;
  /** To be read before the next call. */
  causesOf(key: string): Causes;
}
