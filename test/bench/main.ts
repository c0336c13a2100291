import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { benchEmbedded } from "./embedded-bench.ts";
import { benchOnKafka } from "./kafka/kafka-bench.ts";
import { benchBesidePeers } from "./peers/peers-bench.ts";

const RESULTS = fileURLToPath(new URL("../../bench-results.jsonl", import.meta.url));

/**
 * `npm run bench`: every number that the project promises, beside its bar; `npm run bench -- kafka`
 * those on Kafka, on a broker of its own or that of `KAFKA_BROKERS`; `npm run bench -- peers` those
 * beside what one would build instead, on such a broker and without one. `--small` only shows that the
 * bench runs; `--only NAME` runs one part; `--node-flag FLAG` is for the processes that are measured, for
 * example `--cpu-prof`. Ends with 1 when a bar was missed at full size.
 */
const { values, positionals } = parseArgs({
  options: {
    small: { type: "boolean", default: false },
    only: { type: "string" },
    "node-flag": { type: "string", multiple: true, default: [] },
  },
  allowPositionals: true,
});
const BENCHES = { embedded: benchEmbedded, kafka: benchOnKafka, peers: benchBesidePeers } as const;
const [name = "embedded", ...more] = positionals;
if (more.length > 0 || !Object.hasOwn(BENCHES, name)) {
  throw new Error(`what can be measured: ${Object.keys(BENCHES).join(", ")}`);
}
const size = values.small ? "small" : "full";
const bench = BENCHES[name as keyof typeof BENCHES];
const { missed } = await bench({
  size,
  only: values.only,
  nodeFlags: values["node-flag"],
  results: RESULTS,
});
if (missed.length > 0) {
  console.log(`\nmissed: ${missed.map(({ name }) => name.trim()).join("; ")}`);
  if (size === "full") process.exitCode = 1;
}
