import { join } from "node:path";
import { openEmbeddedLog } from "../embedded/open-embedded-log.ts";
import { temporaryLogFolder } from "../embedded/temporary-log-folder.ts";
import { describeEventLog, type EventLogHarness } from "../testing/describe-event-log.ts";
import { openThreadLog } from "./open-thread-log.ts";

describeEventLog("the embedded log of another thread", async (): Promise<EventLogHarness> => {
  const folder = temporaryLogFolder();
  let aheadMs = 0;
  const open = () => {
    const now = () => Date.now() + aheadMs;
    const owner = openEmbeddedLog({ path: join(folder.path, "log.db"), now, compactEveryMs: 0 });
    return { owner, log: openThreadLog(owner.forThread()) };
  };
  let { owner, log } = open();
  const close = async (): Promise<void> => {
    await log.close();
    await owner.close();
  };
  return {
    log,
    reopen: async () => {
      await close();
      ({ owner, log } = open());
      return log;
    },
    compact: () => owner.compact(),
    advance: (ms) => void (aheadMs += ms),
    dispose: async () => {
      await close();
      folder.remove();
    },
  };
});
