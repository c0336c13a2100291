import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { BENCH_SIZES } from "./bench-size.ts";
import { measureBulk } from "./bulk.ts";
import { Figures, settingOf } from "./figure.ts";
import { measureFleet } from "./fleet.ts";
import { measureStart } from "./start.ts";
import { measureYardsticks } from "./yardsticks.ts";

const RESULTS = fileURLToPath(new URL("../../bench-results.jsonl", import.meta.url));

/**
 * `npm run bench`: every number that the project promises, beside its bar. `--small` only shows
 * that the bench runs; `--only NAME` runs one part; `--node-flag FLAG` is for `titan up`, for
 * example `--cpu-prof`. Ends with 1 when a bar was missed at full size.
 */
const { values } = parseArgs({
  options: {
    small: { type: "boolean", default: false },
    only: { type: "string" },
    "node-flag": { type: "string", multiple: true, default: [] },
  },
});
const size = values.small ? "small" : "full";
const setting = settingOf(size);
const figures = new Figures(setting, RESULTS);
const flags = values["node-flag"];
const parts = {
  yardsticks: () => measureYardsticks(figures, BENCH_SIZES[size]),
  start: () => measureStart(figures),
  fleet: () => measureFleet(figures, BENCH_SIZES[size], flags),
  bulk: () => measureBulk(figures, BENCH_SIZES[size], flags),
} as const;

console.log(
  `${setting.machine}\nNode ${setting.node}, ${setting.log} log, ${size} size, ${setting.at}\n`,
);
const names = Object.keys(parts) as (keyof typeof parts)[];
const wanted = names.filter((name) => values.only === undefined || name === values.only);
if (wanted.length === 0) throw new Error(`--only is one of: ${names.join(", ")}`);
for (const name of wanted) await parts[name]();
if (figures.missed.length > 0) {
  console.log(`\nmissed: ${figures.missed.map(({ name }) => name.trim()).join("; ")}`);
  if (size === "full") process.exitCode = 1;
}
