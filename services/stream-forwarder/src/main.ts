import { runService } from "@titan/processor-runtime/service";
import { readForwarderConfig, type ForwarderConfig } from "./config.ts";
import { forwarderWork, STREAM_FORWARDER } from "./forwarder-work.ts";

await runService<ForwarderConfig>({
  name: STREAM_FORWARDER,
  readConfig: readForwarderConfig,
  work: forwarderWork,
});
