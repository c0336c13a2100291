import { Sandbox } from "../flows/sandbox.ts";
import { percentile, type Figures } from "./figure.ts";
import { emptyProcessS } from "./plain-log.ts";

const RUNS = 5;
const MS_PER_S = 1_000;
const BAR_S = 3;

/** `titan up` on an empty folder until its ready line, the worst of some. */
export async function measureStart(figures: Figures): Promise<void> {
  const seconds: number[] = [];
  const plain: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    plain.push(emptyProcessS());
    await using box = new Sandbox();
    const startedAt = performance.now();
    await box.up();
    seconds.push((performance.now() - startedAt) / MS_PER_S);
  }
  figures.add({
    name: "`titan up` on an empty folder to ready",
    value: percentile(seconds, 1),
    unit: "s",
    bar: BAR_S,
    beside: { name: "a Node that does nothing", value: percentile(plain, 1), unit: "s" },
    sizes: { runs: RUNS },
  });
}
