import { expect, test } from "vitest";
import { startApacheKafka } from "../broker/apache-kafka.ts";
import { describeWithOwnKafka } from "../broker/describe-with-kafka.ts";
import { eventually } from "../flows/eventually.ts";
import { ForeignClient } from "./foreign-client.ts";
import { Installation } from "./installation.ts";
import { Load } from "./load.ts";

const MIB = 1024 * 1024;
/** No file of the broker may grow beyond this. */
const DISK_BYTES = 16 * MIB;
const FILLER_BYTES = 500_000;
const FILLERS_MAX = 200;
const HANG_MS = 180_000;

describeWithOwnKafka("the broker's disk is full", () => {
  test("services hold and say so, and go on when there is room", async () => {
    const seed = Number(process.env["TITAN_SEED"] ?? Date.now() % 1_000_000);
    console.log(`TITAN_SEED=${seed}`);
    await using broker = await startApacheKafka({ diskBytes: DISK_BYTES });
    await using installation = await Installation.start({ brokers: broker.brokers, copies: 1 });
    const load = await Load.start(installation, seed);
    installation.agent({ host: "h0", kafka: broker.brokers });
    await load.goesOn();
    const foreign = new ForeignClient(broker.brokers);
    await foreign.fill(FILLER_BYTES, FILLERS_MAX);
    const end = await broker.ended;
    console.log(`the broker ended with ${end.signal ?? end.status}`);
    expect(broker.output()).toContain("File too large");

    const writesOrReads = /can not|does not|no answer|trying again|holding/;
    await eventually(
      "every service to say that it waits",
      () =>
        installation.processes.every(({ lines }) =>
          lines.some(({ level, msg }) => level >= 40 && writesOrReads.test(msg)),
        ),
      HANG_MS,
    );
    const before = load.acknowledged.length;
    broker.setDiskBytes(undefined);
    await broker.start();
    await load.goesOn(10);
    console.log(`${before} changes before, ${load.acknowledged.length} after`);
    await load.endsWell();
    expect(installation.ownEnds).toEqual([]);
  });
});
