import { Sandbox } from "../flows/sandbox.ts";
import { ApiLoad, atOnce } from "./api-load.ts";
import type { BenchSize } from "./bench-size.ts";
import type { Figures } from "./figure.ts";
import { hostObject } from "./fleet-objects.ts";
import { PlainLog } from "./plain-log.ts";
import { addMemory } from "./process-memory.ts";

const MS_PER_S = 1_000;
const GROUPS = 200;
/** So many writers change labels at once, to bring the feed to its size. */
const LANES = 64;
const BARS = { createS: 15, restartS: 15, memoryMiB: 1_024 } as const;

/** Many hosts and many changes: how long they take, and a restart with all of them there. */
export async function measureBulk(
  figures: Figures,
  size: BenchSize,
  nodeFlags: readonly string[],
): Promise<void> {
  await using box = new Sandbox();
  const { bulkHosts: hosts, bulkChanges: changes, batch } = size;
  const sizes = { hosts, changes };
  const titan = await box.up({ nodeFlags });
  const load = new ApiLoad(titan.api, titan.token);
  await using plain = await PlainLog.open(box.folder);
  const plainS = await plain.writeS(hosts, batch);

  const createAt = performance.now();
  for (let from = 0; from < hosts; from += batch) {
    const objects = Array.from({ length: batch }, (_, at) => hostObject(from + at, GROUPS));
    await load.apply(objects);
  }
  const writtenAt = performance.now();
  await load.caughtUp();
  figures.add({
    name: "hosts created through the API, every view caught up",
    value: (performance.now() - createAt) / MS_PER_S,
    unit: "s",
    bar: BARS.createS,
    beside: { name: "as many records in the plain log", value: plainS, unit: "s" },
    sizes: { hosts, "a batch": batch },
  });
  figures.add({
    name: "  of these until the last was acknowledged",
    value: (writtenAt - createAt) / MS_PER_S,
    unit: "s",
    beside: { name: "as many records in the plain log", value: plainS, unit: "s" },
  });
  addMemory(figures, "memory after the hosts were created", titan.process.pid, BARS.memoryMiB, {
    hosts,
  });

  const changeAt = performance.now();
  await atOnce(changes, LANES, (at) =>
    load.apply([hostObject(at % hosts, GROUPS, { n: `n${at}` })]),
  );
  await load.caughtUp();
  const seconds = (performance.now() - changeAt) / MS_PER_S;
  figures.add({
    name: "label edits, every view caught up",
    value: changes / seconds,
    unit: "per s",
    beside: {
      name: "as many records in the plain log",
      value: changes / (await plain.writeS(changes, LANES)),
      unit: "per s",
    },
    sizes,
  });
  addMemory(figures, "memory after the changes", titan.process.pid, BARS.memoryMiB, sizes);
  load.close();
  await titan.process.terminate();
  await measureRestart(figures, box, sizes, nodeFlags, await plain.readS(hosts + changes));
}

async function measureRestart(
  figures: Figures,
  box: Sandbox,
  sizes: Readonly<Record<string, number>>,
  nodeFlags: readonly string[],
  plainS: number,
): Promise<void> {
  const beside = {
    name: "as many records read from the plain log",
    value: plainS,
    unit: "s",
  } as const;
  const startedAt = performance.now();
  const titan = await box.up({ nodeFlags });
  figures.add({
    name: "restart to ready",
    value: (performance.now() - startedAt) / MS_PER_S,
    unit: "s",
    bar: BARS.restartS,
    beside,
    sizes,
  });
  const load = new ApiLoad(titan.api, titan.token);
  await load.caughtUp();
  figures.add({
    name: "  restart until every view caught up",
    value: (performance.now() - startedAt) / MS_PER_S,
    unit: "s",
    beside,
  });
  addMemory(figures, "memory after the restart", titan.process.pid, BARS.memoryMiB, sizes);
  load.close();
  await titan.process.terminate();
}
