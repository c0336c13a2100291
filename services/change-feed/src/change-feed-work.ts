import { randomUUID } from "node:crypto";
import type { ServiceContext, SharedWork } from "@titan/processor-runtime/service";
import { ChangeFeed, type ChangeFeedOptions } from "./change-feed.ts";

export const CHANGE_FEED = "change-feed";

/** The feed as work of which one process at a time has all; two at once do no harm. */
export function changeFeedWork(
  { log, clock, installation, onHold, report }: ServiceContext,
  { entityTopicsMax = Infinity }: Pick<ChangeFeedOptions, "entityTopicsMax"> = {},
): SharedWork {
  return {
    group: CHANGE_FEED,
    count: 1,
    make() {
      const feed = new ChangeFeed({
        log,
        clock,
        counts: installation,
        newId: randomUUID,
        entityTopicsMax,
        onHold,
        onStatus: (status) => report(CHANGE_FEED, status),
      });
      return { name: CHANGE_FEED, run: () => feed.run(), stop: () => feed.stop() };
    },
  };
}
