import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HANG_MS_MAX, topicSpec } from "../testing/event-log-harness.ts";
import { readValues } from "../testing/follow.ts";
import { runChild } from "./child-process.ts";
import { openEmbeddedLog } from "./open-embedded-log.ts";
import { temporaryLogFolder } from "./temporary-log-folder.ts";

/** Appends numbers for ever and says each that was acknowledged. */
const APPEND = `
  const log = openEmbeddedLog({ path: process.argv[1] });
  const topic = JSON.parse(process.argv[2]);
  await log.createTopics([topic]);
  const { end } = await log.bounds(topic.name, 0);
  for (let number = end; ; number += 1) {
    const records = [{ key: "", value: new TextEncoder().encode(String(number)) }];
    await log.append([{ topic: topic.name, partition: 0, records }]);
    say(String(number));
  }
`;

let folder: ReturnType<typeof temporaryLogFolder>;
let path: string;

beforeEach(() => {
  folder = temporaryLogFolder();
  path = join(folder.path, "log.db");
});
afterEach(() => folder.remove());

for (const durability of ["synced", "rebuildable"] as const) {
  test(
    `kill -9 loses no acknowledged record (${durability})`,
    { timeout: HANG_MS_MAX },
    async () => {
      const topic = topicSpec({ durability });
      for (let round = 1; round <= 3; round += 1) {
        const child = runChild(APPEND, path, JSON.stringify(topic));
        await child.untilLines(50 * round);
        child.process.kill("SIGKILL");
        expect(await child.ended).toBe("SIGKILL");
        const acknowledged = Number(child.lines.at(-1));
        const log = openEmbeddedLog({ path });
        const values = await readValues(log, topic.name);
        await log.close();
        expect(values.length).toBeGreaterThan(acknowledged);
        expect(values).toEqual(values.map((_, index) => String(index)));
      }
    },
  );
}

test("a failed subscription that nobody handles stops the process", async () => {
  const child = runChild(
    `const log = openEmbeddedLog({ path: process.argv[1] });
     log.subscribe({ topic: "nowhere", partition: 0, from: 0 }, () => undefined);
     setInterval(() => undefined, 1_000);`,
    path,
  );
  expect(await child.ended).toBeGreaterThan(0);
  expect(child.errors()).toContain("unknown-topic");
});
