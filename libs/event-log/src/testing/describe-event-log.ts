import { afterEach, beforeEach, describe } from "vitest";
import { appendContract } from "./append-contract.ts";
import type { CurrentHarness, EventLogHarness } from "./event-log-harness.ts";
import { readContract } from "./read-contract.ts";
import { reopenContract } from "./reopen-contract.ts";
import { retentionContract } from "./retention-contract.ts";
import { shareContract } from "./share-contract.ts";
import { topicContract } from "./topic-contract.ts";

export type { EventLogHarness } from "./event-log-harness.ts";

/**
 * What every adapter promises, as tests; each adapter's own test file calls it. No test assumes
 * that offsets have no gaps, that an acknowledgement is quick, or that the log is empty at first.
 */
export function describeEventLog(name: string, makeHarness: () => Promise<EventLogHarness>): void {
  describe(`${name} keeps the contract of the event log`, () => {
    let harness: EventLogHarness | undefined;
    beforeEach(async () => {
      harness = await makeHarness();
    });
    afterEach(async () => {
      await harness?.dispose();
      harness = undefined;
    });
    const current: CurrentHarness = () => {
      if (harness === undefined) throw new Error("there is a harness only inside of a test");
      return harness;
    };
    describe("topics", () => topicContract(current));
    describe("append", () => appendContract(current));
    describe("subscribe", () => readContract(current));
    describe("closing and opening again", () => reopenContract(current));
    describe("retention", () => retentionContract(current));
    describe("share", () => shareContract(current));
  });
}
