/**
 * `npm run sim -- --seeds 2000` plays that many seeded histories; `--seed N` plays one. Exits 1 at
 * the first violation, with its seed.
 */
import { parseArgs } from "node:util";
import { Cluster } from "./cluster.ts";
import { EVERYTHING } from "./plants.ts";

const { values } = parseArgs({
  options: { seeds: { type: "string", default: "200" }, seed: { type: "string" } },
});
const first = Number(values.seed ?? 0);
const last = values.seed === undefined ? Number(values.seeds) : first + 1;
for (let seed = first; seed < last; seed += 1) {
  const { violations, revision, believed } = await new Cluster({ ...EVERYTHING, seed }).play();
  if (violations.length > 0) {
    console.error(`seed ${seed}, revision ${revision}:\n  ${violations.join("\n  ")}`);
    process.exit(1);
  }
  if (values.seed !== undefined) console.log(`${revision} revisions, ${believed} readers believed`);
}
console.log(`${last - first} histories, no violation`);
