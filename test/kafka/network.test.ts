import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { startApacheKafka } from "../broker/apache-kafka.ts";
import { describeWithOwnKafka } from "../broker/describe-with-kafka.ts";
import { startTcpProxy } from "../broker/tcp-proxy.ts";
import { freePort } from "../flows/free-port.ts";
import { seededRandom } from "../flows/seeded-random.ts";
import { Installation, SESSION_MS } from "./installation.ts";
import { Load } from "./load.ts";

const ROUNDS = Number(process.env["TITAN_ROUNDS"] ?? 1);
const ROUND_HANG_MS = 900_000;
const CUTS = 12;
const CUT_PAUSE_MAX_MS = 1_000;
const DELAY_MIN_MS = 50;
const DELAY_RANGE_MS = 150;
const TROUBLE_MS = 2_000;

describeWithOwnKafka("a bad network between every service and the broker", () => {
  test(
    "connections cut, slow, half-closed, answers lost, frozen: no change is lost, none counts twice",
    async () => {
      const seed = Number(process.env["TITAN_SEED"] ?? Date.now() % 1_000_000);
      console.log(`TITAN_SEED=${seed}`);
      const random = seededRandom(seed);
      const clients = await freePort();
      await using proxy = await startTcpProxy(clients);
      await using broker = await startApacheKafka({ port: clients, advertised: proxy.port });
      await using installation = await Installation.start({ brokers: proxy.address });
      const load = await Load.start(installation, seed);
      installation.agent({ host: "h0", kafka: proxy.address });
      installation.agent({ host: "h1" });
      for (let round = 1; round <= ROUNDS; round += 1) {
        for (let cut = 1; cut <= CUTS; cut += 1) {
          await sleep(random() * CUT_PAUSE_MAX_MS);
          proxy.cut();
        }
        await load.goesOn();
        console.log("went on after connections were cut");

        proxy.delay(DELAY_MIN_MS + Math.floor(random() * DELAY_RANGE_MS));
        await load.goesOn(10);
        proxy.delay(0);
        console.log("went on while the network was slow");

        for (const side of ["client", "server"] as const) {
          await load.goesOn();
          proxy.halfClose(side);
          await load.goesOn();
          console.log(`went on after the ${side} was told of an end`);
        }

        for (let time = 1; time <= 3; time += 1) {
          await load.goesOn();
          proxy.dropAnswers();
          await load.until("a lost answer", () => proxy.lostAnswerBytes > 0);
          await sleep(random() * TROUBLE_MS);
          proxy.passAnswers();
        }
        await load.goesOn();
        console.log("went on after answers were lost");

        proxy.freeze();
        await sleep(2 * SESSION_MS);
        proxy.thaw();
        await load.goesOn();
        console.log("went on after everything stood still");
        await load.hold();
        await installation.verify();
        load.resume();
      }
      await load.endsWell();
      console.log(`${load.acknowledged.length} changes`);
      expect(installation.ownEnds).toEqual([]);
      expect(broker.pid).toBeGreaterThan(0);
    },
    ROUNDS * ROUND_HANG_MS,
  );
});
