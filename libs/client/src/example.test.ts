import { readFileSync } from "node:fs";
import { createSimulatedLog } from "@titan/event-log/testing";
import { expect, test } from "vitest";
import { labelTeams } from "../examples/team-labels.ts";
import { openTitan } from "./open-titan.ts";
import { applied, startFeed } from "./testing/running-feed.ts";

test("the example gives deployments the team of their workload, and again when that changes", async () => {
  const log = createSimulatedLog();
  const feed = await startFeed(log);
  const titan = await openTitan(log);
  const service = labelTeams(titan);
  let team = "";
  const changed = new Map<string, () => void>();
  titan.follow({
    topics: ["titan.deployment"],
    onCut: ({ state }) => {
      team = state["titan.deployment"].get("default/web")?.current.labels["team"] ?? "";
      changed.get(team)?.();
    },
  });
  const comes = (wanted: string): Promise<void> =>
    new Promise((resolve) => {
      if (team === wanted) resolve();
      else changed.set(wanted, resolve);
    });
  const refs = { workload: "app", template: "page", target: "all" };
  const { problems } = await titan.propose({
    actor: "tester",
    operations: [
      applied("Workload", "app", {}, { team: "blue" }),
      applied("Template", "page", { files: { "page.txt": { text: "hello" } } }),
      applied("Target", "all", { selector: "site=lab" }),
      applied("Deployment", "web", refs),
    ],
  });
  expect(problems).toEqual([]);
  await comes("blue");
  await titan.propose({
    actor: "tester",
    operations: [applied("Workload", "app", {}, { team: "green" })],
  });
  await comes("green");
  await service.close();
  await titan.close();
  await feed.stop();
});

test("the README shows the example as it is", () => {
  const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
  const shown = /```ts\n(.*?)```/s.exec(read("../README.md"))?.[1];
  expect(shown).toBe(read("../examples/team-labels.ts"));
});
