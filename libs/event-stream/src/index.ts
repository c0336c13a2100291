export { type Backoff, backoffMs } from "./backoff.ts";
export {
  EVENT_STREAM_LIMITS,
  EventStreamError,
  type EventStreamLimits,
  EventStreamParser,
  type ServerSentEvent,
} from "./event-stream-parser.ts";
export { retryAfterMs } from "./retry-after.ts";
