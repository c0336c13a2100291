import type { ServiceContext } from "@titan/processor-runtime/service";
import { NounLog } from "@titan/processor-runtime/testing";
import { pino } from "pino";
import { expect, test } from "vitest";
import { readForwarderConfig } from "./config.ts";
import { forwarderWork } from "./forwarder-work.ts";

const context = (): ServiceContext => {
  const { log, clock } = new NounLog();
  return {
    log,
    clock,
    installation: { id: "one", hostPartitions: 3, deploymentPartitions: 2 },
    logger: pino({ level: "silent" }),
    onHold: () => {},
    report: () => {},
  };
};

test("a topic for each: the slices of each partition, and one that looks for old topics", () => {
  const work = forwarderWork(context(), readForwarderConfig({ TITAN_LOG: "embedded:/l" }));
  expect(work.map(({ group, count }) => `${group} ${count}`)).toEqual([
    "stream-forwarder-host 3",
    "stream-forwarder-deployment 2",
    "stream-forwarder-janitor 1",
  ]);
});

test("the sharded layout gives the forwarder nothing to do", () => {
  const sharded = readForwarderConfig({ TITAN_LOG: "embedded:/l", TITAN_LAYOUT: "sharded" });
  expect(forwarderWork(context(), sharded)).toEqual([]);
});
