/**
 * What is recorded: one JSON object a line. One process writes all of them, so their order is the
 * order of things as everybody in it saw them: what was answered on an earlier line than another call
 * was made happened before it. No clock is asked.
 */
export type HistoryLine = CallLine | AnswerLine | WatchLine | CutLine;

/** Somebody asks for something. `call` names it in the lines that follow from it. */
export interface CallLine {
  readonly is: "call";
  readonly call: number;
  readonly client: string;
  /** Which replica of the API was asked. */
  readonly server: number;
  readonly request: Request;
}

/** At most one a call. Without one nothing is known: as with `unknown`. */
export interface AnswerLine {
  readonly is: "answer";
  readonly call: number;
  readonly answer: Answer;
}

/** One event of a watch, as it arrived. */
export interface WatchLine {
  readonly is: "watched";
  readonly call: number;
  readonly event: WatchedEvent;
}

/** A cut that a follower of the topics was handed, with all that it holds of the workspace. */
export interface CutLine {
  readonly is: "cut";
  readonly client: string;
  readonly revision: number;
  readonly objects: readonly Version[];
}

export type Request =
  | WriteRequest
  | {
      readonly does: "read";
      readonly object: ObjectName;
      /** As it was at this revision. */
      readonly at?: number;
      readonly minRevision?: number;
    }
  | {
      readonly does: "list";
      readonly kind: string;
      readonly at?: number;
      readonly minRevision?: number;
    }
  | {
      readonly does: "changes";
      readonly from: number;
      readonly limit: number;
      readonly minRevision?: number;
    }
  | {
      readonly does: "watch";
      /** Connections of one reader, each resumed where the last ended. */
      readonly session: string;
      readonly kind: string;
      /** Only objects with this label and value. */
      readonly label?: readonly [string, string];
      /** The last event id that was seen; none: everything first. */
      readonly after?: string;
    };

export interface WriteRequest {
  readonly does: "write";
  /** Of the change, in every attempt at it; it is the reason of the commit. */
  readonly name: string;
  readonly operations: readonly WriteOperation[];
  /** It breaks a rule, so it must be refused whatever the state is. */
  readonly mustBeRefused: boolean;
}

export interface WriteOperation {
  readonly action: "apply" | "create" | "delete";
  readonly object: ObjectName;
  /** What is written: no other change writes the same. Undefined for a delete. */
  readonly content?: string;
  /** The revision that the object must have. */
  readonly expected?: number;
}

export type Answer =
  | { readonly is: "accepted"; readonly changeId: string; readonly revision: number }
  | {
      readonly is: "refused";
      readonly changeId: string;
      readonly revision: number;
      readonly codes: readonly string[];
    }
  /** The request was not carried out, and will not be. */
  | { readonly is: "not-done"; readonly code: string }
  /** It may have been carried out, or still be. */
  | { readonly is: "unknown"; readonly why: string }
  /** An answer that no client should ever get. */
  | { readonly is: "unexpected"; readonly status: number; readonly body: string }
  | {
      readonly is: "object";
      /** Null: there is no such object. */
      readonly version: Version | null;
      /** The revision that the server says that it answers at. */
      readonly revision: number;
    }
  | { readonly is: "objects"; readonly revision: number; readonly versions: readonly Version[] }
  | {
      readonly is: "changes";
      readonly revision: number;
      readonly changes: readonly {
        readonly revision: number;
        readonly changeId: string;
        readonly accepted: boolean;
        readonly name: string;
      }[];
    }
  | { readonly is: "ended"; readonly why: string };

export interface WatchedEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  /** The event id that came with it or last before it. */
  readonly id: string;
  /** Of a bookmark. */
  readonly revision?: number;
  /** Of everything else. */
  readonly version?: Version;
}

export interface ObjectName {
  readonly kind: string;
  /** `workspace/name` */
  readonly key: string;
}

/** What an object was after one change: by its content, and by a hash over all that was shown of it. */
export interface Version extends ObjectName {
  readonly revision: number;
  readonly created: number;
  readonly content: string;
  /** Empty where only a record was seen. */
  readonly digest: string;
}

export function idOf({ kind, key }: ObjectName): string {
  return `${kind} ${key}`;
}
