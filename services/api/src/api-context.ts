import type { ApiOptions, ApiTiming } from "./api-options.ts";
import type { EventConnections } from "./gateway/event-connections.ts";
import type { Gateway } from "./gateway/gateway.ts";
import type { LineWriter } from "./replay/line-writer.ts";
import type { ReadModel } from "./read-model/read-model.ts";
import type { Submitter } from "./writes/submitter.ts";

/** What every route works with. */
export interface ApiContext {
  readonly options: ApiOptions;
  readonly timing: ApiTiming;
  readonly model: ReadModel;
  readonly submitter: Submitter;
  readonly gateway: Gateway;
  readonly connections: EventConnections;
  /** Replays that are being written. */
  readonly replays: Set<LineWriter>;
}
