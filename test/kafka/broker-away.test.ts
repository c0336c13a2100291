import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { startApacheKafka } from "../broker/apache-kafka.ts";
import { describeWithOwnKafka } from "../broker/describe-with-kafka.ts";
import type { KafkaProcess } from "../broker/kafka-process.ts";
import { Installation, SESSION_MS } from "./installation.ts";
import { Load } from "./load.ts";

const ROUNDS = Number(process.env["TITAN_ROUNDS"] ?? 1);
const ROUND_HANG_MS = 900_000;
const STOPPED_MS = 30_000;

const TROUBLES: readonly (readonly [string, (broker: KafkaProcess) => Promise<void>])[] = [
  [
    "killed and started again",
    async (broker) => {
      await broker.kill();
      await broker.start();
    },
  ],
  [
    "paused for twice the session timeout",
    async (broker) => {
      broker.pause();
      await sleep(2 * SESSION_MS);
      broker.resume();
    },
  ],
  [
    "stopped for 30 seconds",
    async (broker) => {
      await broker.stop();
      await sleep(STOPPED_MS);
      await broker.start();
    },
  ],
];

describeWithOwnKafka("the broker goes away under load", () => {
  test(
    "processes hold and go on, and nothing acknowledged is lost",
    async () => {
      const seed = Number(process.env["TITAN_SEED"] ?? Date.now() % 1_000_000);
      console.log(`TITAN_SEED=${seed}`);
      await using broker = await startApacheKafka();
      await using installation = await Installation.start({ brokers: broker.brokers });
      const load = await Load.start(installation, seed);
      installation.agent({ host: "h0", kafka: broker.brokers });
      installation.agent({ host: "h1" });
      for (let round = 1; round <= ROUNDS; round += 1) {
        for (const [what, happens] of TROUBLES) {
          await load.goesOn();
          const before = load.acknowledged.length;
          await happens(broker);
          const back = performance.now();
          const during = load.acknowledged.length - before;
          await load.goesOn();
          const ms = Math.round(performance.now() - back);
          console.log(`${what}: ${during} acknowledged meanwhile, goes on ${ms} ms after`);
          await load.hold();
          await installation.verify();
          load.resume();
        }
      }
      await load.endsWell();
      console.log(`${load.acknowledged.length} changes`);
      expect(installation.ownEnds).toEqual([]);
    },
    ROUNDS * ROUND_HANG_MS,
  );
});
