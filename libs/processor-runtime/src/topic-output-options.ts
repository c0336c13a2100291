import type { EventLog } from "@titan/event-log";
import type { Clock } from "./clock.ts";
import type { OnHold } from "./persistent-append.ts";
import type { Rules } from "./rules.ts";
import type { Signal } from "./signal.ts";
import type { Place, StreamPlace } from "./stream-place.ts";
import type { StreamWriter } from "./stream-writer.ts";

export interface TopicOutputOptions {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly rules: Rules;
  readonly writer: StreamWriter;
  /**
   * A partition marks every cut, a slice only those at which it changed (rules 14 and 21). The
   * topic of a slice may be removed at any time, and is made anew if it must be there.
   */
  readonly marks: "every-cut" | "when-changed";
  placeOf(key: string): Place;
  /** The streams that are there before the first step. */
  streams(): Promise<readonly StreamPlace[]>;
  /** Makes the topic of a stream that is new. */
  create(topics: readonly string[]): Promise<void>;
  /** Raised when the own output was seen to change. */
  readonly arrived: Signal;
  readonly onHold: OnHold;
}
