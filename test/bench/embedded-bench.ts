import type { BenchOptions } from "./bench-options.ts";
import { BENCH_SIZES } from "./bench-size.ts";
import { measureBulk } from "./bulk.ts";
import { Figures, settingOf } from "./figure.ts";
import { measureFleet } from "./fleet.ts";
import { measureGateway } from "./gateway/measure-gateway.ts";
import { measureGit } from "./git.ts";
import { measureReadModel } from "./read-model/measure-read-model.ts";
import { measureStart } from "./start.ts";
import { measureSteadyStream } from "./steady-stream.ts";
import { measureThreads } from "./views/measure-threads.ts";
import { measureViews } from "./views/measure-views.ts";
import { measureYardsticks } from "./yardsticks.ts";

/** Every number that the project promises on one box; answers how it went. */
export async function benchEmbedded(options: BenchOptions): Promise<Figures> {
  const { size: sizeName, only, nodeFlags, results } = options;
  const setting = settingOf(sizeName, "embedded");
  const figures = new Figures(setting, results);
  const size = BENCH_SIZES[sizeName];
  console.log(
    `${setting.machine}\nNode ${setting.node}, ${setting.log} log, ${sizeName} size, ${setting.at}\n`,
  );
  const parts = {
    yardsticks: () => measureYardsticks(figures, size),
    start: () => measureStart(figures),
    fleet: () => measureFleet(figures, size, nodeFlags),
    bulk: () => measureBulk(figures, size, nodeFlags),
    git: () => measureGit(figures, sizeName),
    stream: () => measureSteadyStream(figures, sizeName, nodeFlags),
    views: () => measureViews(figures, sizeName),
    threads: () => measureThreads(figures, sizeName),
    "read-model": () => measureReadModel(figures, sizeName, nodeFlags),
    gateway: () => measureGateway(figures, sizeName, nodeFlags),
  } as const;
  const names = Object.keys(parts) as (keyof typeof parts)[];
  const wanted = names.filter((name) => only === undefined || name === only);
  if (wanted.length === 0) throw new Error(`--only is one of: ${names.join(", ")}`);
  for (const name of wanted) await parts[name]();
  return figures;
}
