import { join } from "node:path";
import { describeEventLog, type EventLogHarness } from "../testing/describe-event-log.ts";
import { openEmbeddedLog } from "./open-embedded-log.ts";
import { temporaryLogFolder } from "./temporary-log-folder.ts";

describeEventLog("the embedded log", async (): Promise<EventLogHarness> => {
  const folder = temporaryLogFolder();
  let aheadMs = 0;
  const open = () => {
    const now = () => Date.now() + aheadMs;
    return openEmbeddedLog({ path: join(folder.path, "log.db"), now, compactEveryMs: 0 });
  };
  let log = open();
  return {
    log,
    reopen: async () => {
      await log.close();
      log = open();
      return log;
    },
    compact: () => log.compact(),
    advance: (ms) => void (aheadMs += ms),
    dispose: async () => {
      await log.close();
      folder.remove();
    },
  };
});
