import { randomBytes, randomUUID } from "node:crypto";
import { openKafkaLog } from "@titan/event-log";
import { readToEnd } from "@titan/processor-runtime";
import { encode } from "@titan/schema-codec";
import { expect, test } from "vitest";
import { startApacheKafka } from "../broker/apache-kafka.ts";
import { describeWithOwnKafka } from "../broker/describe-with-kafka.ts";
import { eventually } from "../flows/eventually.ts";
import { filesOnDisk } from "../flows/host-folder.ts";
import { COMPACTED_SOON, compactEverything } from "./compaction.ts";
import { ForeignClient, type Written } from "./foreign-client.ts";
import { Installation } from "./installation.ts";

const PROPOSALS = { topic: "titan.proposal" };
const NOISE_BYTES = 900 * 1024;
const HANG_MS = 180_000;

const NOT_AVRO = new TextEncoder().encode("hello, is anybody there?");
/** Avro's first byte and the number of a schema that nobody registered. */
const UNKNOWN_SCHEMA = Uint8Array.from([0, 0, 0x7f, 0xff, 0xff, 1, 2, 3]);
const MARK = encode("mark", { revision: 1, sum: 1n, count: 1 });

interface DeadLetter {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly code: string;
  readonly reason: string;
  readonly processor: string;
}

async function deadLetters(installation: Installation): Promise<readonly DeadLetter[]> {
  const text = await installation.titan("replay titan.dead-letter");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { readonly type: string; readonly value: DeadLetter })
    .filter(({ type }) => type === "dead-letter")
    .map(({ value }) => value);
}

function lettersOn(letters: readonly DeadLetter[], where: Written): readonly DeadLetter[] {
  return letters.filter(
    ({ topic, partition, offset }) =>
      topic === where.topic && partition === where.partition && offset === where.offset,
  );
}

/** A proposal as a service without our client would make it. */
function foreignProposal(host: string): Uint8Array {
  const document = JSON.stringify({
    kind: "Host",
    metadata: { name: host, labels: { site: "lab" } },
    spec: {},
  });
  return encode("proposal", {
    id: randomUUID(),
    seen: 1,
    workspace: "default",
    actor: "somebody-else",
    reason: "",
    proposedAt: 0,
    traceparent: "",
    operations: [{ action: "CREATE", kind: "Host", document, expected: null }],
  });
}

async function withDeployment(installation: Installation): Promise<void> {
  installation.box.write({
    "template/app.conf": "{{deployment.name}} {{values.n}}\n",
    "values.yaml": "n: 1\n",
  });
  await installation.titan("create host one --labels site=lab");
  await installation.titan("create template t -f template");
  await installation.titan("create workload w");
  await installation.titan("create target lab --labels site=lab");
  await installation.titan(
    "create deployment prod --workload w --template t --target lab --values values.yaml",
  );
}

describeWithOwnKafka("records that others write to the cluster", () => {
  test("what is no proposal becomes a dead letter, and the feed goes on", async () => {
    await using broker = await startApacheKafka();
    await using installation = await Installation.start({ brokers: broker.brokers, copies: 1 });
    const foreign = new ForeignClient(broker.brokers);
    const good = foreignProposal("written-by-hand");
    const bad: readonly (readonly [string, Written])[] = [
      ["not Avro", await foreign.write(PROPOSALS, NOT_AVRO)],
      ["an unknown schema", await foreign.write(PROPOSALS, UNKNOWN_SCHEMA)],
      ["another record", await foreign.write(PROPOSALS, MARK)],
      ["fields cut off", await foreign.write(PROPOSALS, good.subarray(0, good.length - 7))],
      ["noise", await foreign.write(PROPOSALS, randomBytes(NOISE_BYTES), { key: "noise" })],
      ["an empty value", await foreign.write(PROPOSALS, new Uint8Array())],
      ["a tombstone", await foreign.write(PROPOSALS, null, { key: "default" })],
      ["compressed noise", await foreign.write(PROPOSALS, NOT_AVRO, { gzip: true })],
      ["a transaction taken back", await foreign.writeAborted(PROPOSALS, NOT_AVRO)],
    ];
    await foreign.write(PROPOSALS, foreignProposal("written-compressed"), { gzip: true });
    await foreign.write(PROPOSALS, good);
    await installation.titan("create host after-all");

    const letters = await eventually(
      "the dead letters",
      async () => {
        const found = await deadLetters(installation);
        return found.length >= bad.length ? found : undefined;
      },
      HANG_MS,
    );
    for (const [what, where] of bad) {
      const [letter, ...more] = lettersOn(letters, where);
      expect(letter, what).toMatchObject({ processor: "change-feed" });
      expect(letter?.code, what).toMatch(/^[a-z-]+$/);
      expect(letter?.reason, what).not.toBe("");
      expect(more, what).toEqual([]);
    }
    expect(letters).toHaveLength(bad.length);
    for (const host of ["written-by-hand", "written-compressed"]) {
      const history = await installation.titan(["history", `host/${host}`, "-o", "json"]);
      expect(history).toContain("somebody-else");
    }
    await installation.verify();
    expect(installation.ownEnds).toEqual([]);
  });

  test("noise on every other topic harms nobody, also when it is all that compaction keeps", async () => {
    await using broker = await startApacheKafka();
    await using installation = await Installation.start({
      brokers: broker.brokers,
      copies: 1,
      topicSettings: COMPACTED_SOON,
    });
    const foreign = new ForeignClient(broker.brokers);
    await withDeployment(installation);
    installation.agent({ host: "one", kafka: broker.brokers });
    await eventually("the agent's files", () => filesOnDisk(installation.box.path("one")).size > 0);
    await installation.verify();

    const written = await writeOnEveryKey(broker.brokers, foreign);
    console.log(`${written.length} bad records written`);
    // Each is told once by every reader that needs the topic, however often that reads it.
    await eventually(
      "the dead letters",
      async () => {
        const letters = await deadLetters(installation);
        for (const where of written.filter(({ topic }) => topic === "titan.host")) {
          const readers = lettersOn(letters, where).map(({ processor }) => processor);
          expect(readers).toContain("target-delta");
          expect(new Set(readers).size).toBe(readers.length);
        }
        return true;
      },
      HANG_MS,
    );
    await installation.titan("create host two --labels site=lab");
    await compactEverything(broker.brokers);
    await installation.verify();
    expect(installation.ownEnds).toEqual([]);

    // Everything begins from what is left.
    for (const process of installation.processes) await process.kill();
    await installation.add("api", 2);
    await installation.answers(1);
    await installation.titan("set values deployment/prod n=2", 1);
    await installation.verify(1);
    installation.agent({ host: "two", kafka: broker.brokers });
    for (const host of ["one", "two"]) {
      await eventually(
        `the files of ${host}`,
        () => filesOnDisk(installation.box.path(host)).get("default/prod/app.conf") === "prod 2\n",
        HANG_MS,
      );
    }
  });
});

/** Behind the last record of every key of every topic a bad one with the same key. */
async function writeOnEveryKey(
  brokers: string,
  foreign: ForeignClient,
): Promise<readonly Written[]> {
  const kinds: readonly (Uint8Array | null)[] = [
    NOT_AVRO,
    null,
    foreignProposal("nobody"),
    new Uint8Array(),
    UNKNOWN_SCHEMA,
  ];
  const log = openKafkaLog({ brokers: [brokers], clientId: "keys" });
  const written: Written[] = [];
  try {
    for (const { name: topic, partitions } of await log.topics()) {
      if (!topic.startsWith("titan.") || topic === PROPOSALS.topic) continue;
      for (let partition = 0; partition < partitions; partition += 1) {
        const keys = new Set<string>();
        await readToEnd(log, topic, partition, 0, ({ key }) => keys.add(key));
        for (const key of keys) {
          // A topic without keys is not compacted; Kafka takes no tombstone without a key elsewhere.
          const value = kinds[written.length % kinds.length] ?? null;
          const named = key === "" ? {} : { key };
          written.push(await foreign.write({ topic, partition }, value, named));
        }
      }
    }
  } finally {
    await log.close();
  }
  return written;
}
