import { expect, test } from "vitest";
import { startApacheKafka } from "../broker/apache-kafka.ts";
import { describeWithOwnKafka } from "../broker/describe-with-kafka.ts";
import { pick, seededRandom } from "../flows/seeded-random.ts";
import { Installation, SESSION_MS } from "./installation.ts";
import { Load } from "./load.ts";
import { SERVICES } from "./service-process.ts";
import { ownerOf, takeover } from "./takeover.ts";

/** How often each service is killed. */
const ROUNDS = Number(process.env["TITAN_ROUNDS"] ?? 1);
const ROUND_HANG_MS = 900_000;

describeWithOwnKafka("every service killed under load", () => {
  test(
    "kill -9 of each owner: others take over, and nothing acknowledged is lost",
    async () => {
      const seed = Number(process.env["TITAN_SEED"] ?? Date.now() % 1_000_000);
      console.log(`TITAN_SEED=${seed}`);
      const random = seededRandom(seed);
      await using broker = await startApacheKafka();
      await using installation = await Installation.start({ brokers: broker.brokers });
      const load = await Load.start(installation, seed);
      installation.agent({ host: "h0", kafka: broker.brokers });
      installation.agent({ host: "h1" });
      for (let round = 1; round <= ROUNDS; round += 1) {
        for (const service of SERVICES) {
          await load.goesOn(1 + Math.floor(random() * 5));
          const owner =
            service === "api"
              ? { process: pick(random, installation.copiesOf(service)), parts: [] }
              : await ownerOf(installation, service);
          const ms = await takeover(installation, load, owner, () => owner.process.kill());
          console.log(`${service}: taken over ${Math.round(ms)} ms after kill -9`);
        }
        await pick(random, installation.agents).kill();
        await load.hold();
        await installation.verify();
        load.resume();
      }
      await load.endsWell();
      console.log(`${load.acknowledged.length} changes; the bar is ${SESSION_MS + 2_000} ms`);
      expect(installation.ownEnds).toEqual([]);
    },
    ROUNDS * ROUND_HANG_MS,
  );
});
