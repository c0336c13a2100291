import type { ApiOptions, ApiTiming } from "./api-options.ts";
import type { ReadModel } from "./read-model/read-model.ts";
import type { Submitter } from "./writes/submitter.ts";

/** What every route works with. */
export interface ApiContext {
  readonly options: ApiOptions;
  readonly timing: ApiTiming;
  readonly model: ReadModel;
  readonly submitter: Submitter;
}
