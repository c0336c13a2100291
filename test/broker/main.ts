/**
 * A Kafka for a person: `npm run kafka`. It runs until Ctrl-C.
 *
 *   npm run kafka -- --port 9092 --version 3.9.2 --folder DIR
 *
 * A named folder is kept, with the topics in it; else everything is gone afterwards.
 */
import { parseArgs } from "node:util";
import { startApacheKafka } from "./apache-kafka.ts";
import { KAFKA_VERSION } from "./kafka-jars.ts";

const PORT = "9092";
const PORT_MAX = 65_535;

const { values } = parseArgs({
  options: {
    port: { type: "string", default: PORT },
    version: { type: "string", default: KAFKA_VERSION },
    folder: { type: "string" },
  },
});
const port = Number(values.port);
if (!Number.isInteger(port) || port < 1 || port > PORT_MAX) {
  throw new Error(`--port takes a number from 1 to ${PORT_MAX}, not ${values.port}`);
}

process.stderr.write(`Kafka ${values.version} starts (the first time it is fetched) ...\n`);
const kafka = await startApacheKafka({
  port,
  version: values.version,
  ...(values.folder === undefined ? {} : { folder: values.folder }),
});
process.stdout.write(
  `Kafka ${kafka.version} listens at ${kafka.brokers}; Ctrl-C ends it.
Everything of it is in ${kafka.folder}${values.folder === undefined ? ", until then" : ""}

  titan up --kafka ${kafka.brokers}
  KAFKA_BROKERS=${kafka.brokers} npx vitest run --project kafka
`,
);

let asked = false;
const end = (): void => {
  // Ctrl-C reaches the broker as well; asking twice makes no difference to it.
  asked = true;
  void kafka.stop();
};
process.on("SIGINT", end);
process.on("SIGTERM", end);

const { status, signal } = await kafka.ended;
const output = kafka.output();
await kafka.dispose();
if (!asked) {
  process.stderr.write(`${output}\nKafka ended by itself (${signal ?? status})\n`);
  process.exitCode = 1;
}
