import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { startApacheKafka } from "../broker/apache-kafka.ts";
import { describeWithOwnKafka } from "../broker/describe-with-kafka.ts";
import { eventually } from "../flows/eventually.ts";
import { filesOnDisk } from "../flows/host-folder.ts";
import { seededRandom } from "../flows/seeded-random.ts";
import { COMPACTED_SOON, compactEverything } from "./compaction.ts";
import { Installation, SESSION_MS } from "./installation.ts";
import { Load } from "./load.ts";
import { SERVICES } from "./service-process.ts";
import { ownerOf, takeover } from "./takeover.ts";

/** How often the owner of each part is paused. */
const ROUNDS = Number(process.env["TITAN_ROUNDS"] ?? 1);
const ROUND_HANG_MS = 900_000;
/** An API has no part of which another takes ownership. */
const OWNERS = SERVICES.filter((service) => service !== "api");

describeWithOwnKafka(
  "every owner paused under load, on topics that are compacted all the time",
  () => {
    test(
      "who wakes up after others took over repeats truths, and a new reader finds them",
      async () => {
        const seed = Number(process.env["TITAN_SEED"] ?? Date.now() % 1_000_000);
        console.log(`TITAN_SEED=${seed}`);
        const random = seededRandom(seed);
        await using broker = await startApacheKafka();
        await using installation = await Installation.start({
          brokers: broker.brokers,
          topicSettings: COMPACTED_SOON,
        });
        const load = await Load.start(installation, seed);
        installation.agent({ host: "h0", kafka: broker.brokers });
        installation.agent({ host: "h1" });
        for (let round = 1; round <= ROUNDS; round += 1) {
          for (const service of OWNERS) {
            await load.goesOn(1 + Math.floor(random() * 5));
            const owner = await ownerOf(installation, service);
            const paused = sleep(2 * SESSION_MS);
            const ms = await takeover(installation, load, owner, () => owner.process.pause());
            console.log(`${service}: taken over ${Math.round(ms)} ms after SIGSTOP`);
            await paused;
            owner.process.resume();
            await load.goesOn(5);
          }
          await load.hold();
          await installation.verify();
          load.resume();
        }
        await load.endsWell();
        expect(installation.ownEnds).toEqual([]);

        const gone = await compactEverything(broker.brokers);
        console.log(`${load.acknowledged.length} changes; compaction took ${gone} records`);
        // Readers that begin from nothing.
        await installation.add("api", 3);
        await installation.answers(2);
        await installation.verify(2);
        installation.agent({ host: "h0", kafka: broker.brokers }, "fresh");
        await eventually("the new agent's folder", () => {
          expect(filesOnDisk(installation.box.path("fresh"))).toEqual(
            filesOnDisk(installation.box.path("h0")),
          );
          return true;
        });
      },
      ROUNDS * ROUND_HANG_MS,
    );
  },
);
