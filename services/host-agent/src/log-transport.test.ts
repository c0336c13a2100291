import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { partitionOf } from "@titan/domain";
import { openEmbeddedLog, type EventLog } from "@titan/event-log";
import { createSimulatedLog, type SimulatedLog } from "@titan/event-log/testing";
import { systemClock } from "@titan/processor-runtime";
import { decodeAs, encode, nounHash } from "@titan/schema-codec";
import { afterEach, describe, expect, test } from "vitest";
import { Agent } from "./agent.ts";
import { LogTransport } from "./log-transport.ts";
import { MemoryDisk } from "./testing/memory-disk.ts";
import { assigned, rendered } from "./testing/scripted-transport.ts";
import { install, StreamWriter } from "./testing/stream-writer.ts";

const HOST = "default/tim-pi";
const OWN = "titan.host.default.tim-pi";
const PROD = "titan.deployment.default.prod";
const HANG_MS = 60_000;

interface Run {
  readonly agent: Agent;
  readonly problems: string[];
  readonly applied: string[];
  stop(): Promise<void>;
}

const running: Run[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((run) => run.stop()));
});

function transportOf(log: EventLog): LogTransport {
  return new LogTransport({ log, host: HOST, clock: systemClock, random: () => 0 });
}

/** An agent that reads the log; `until` waits for a turn after which something is so. */
async function start(
  log: EventLog,
  disk: MemoryDisk,
  more: { readonly acceptedInstallation?: string } = {},
): Promise<Run> {
  const problems: string[] = [];
  const applied: string[] = [];
  const agent = await Agent.open({
    host: HOST,
    disk,
    folder: "/run",
    stateFolder: "/state",
    transport: transportOf(log),
    clock: systemClock,
    version: "test",
    onEvent: (event) => {
      if (event.kind === "broken") problems.push(`${event.stream} ${event.problem.code}`);
      if (event.kind === "outcome") applied.push(`${event.deployment} ${event.outcome.kind}`);
    },
    ...more,
  });
  const done = agent.run();
  const stop = async (): Promise<void> => {
    agent.stop();
    await done;
  };
  const run = { agent, problems, applied, stop };
  running.push(run);
  return run;
}

async function until({ agent }: Run, holds: () => boolean): Promise<void> {
  while (!holds()) await agent.turn();
}

function text(disk: MemoryDisk, deployment = "prod"): string | undefined {
  return disk.contents()[`/run/default/${deployment}/app.conf`];
}

async function statuses(log: EventLog, count: number) {
  const found: ReturnType<typeof status>[] = [];
  const status = (value: Uint8Array) => decodeAs("host-status", value);
  const enough = Promise.withResolvers<void>();
  const partition = partitionOf(HOST, 4);
  const at = { topic: "titan.host-status", partition, from: 0 };
  const subscription = log.subscribe(at, ({ records }) => {
    found.push(...records.map(({ value }) => status(value)));
    if (found.length >= count) enough.resolve();
  });
  await enough.promise;
  await subscription.close();
  return found;
}

const folders: string[] = [];
const logs = {
  simulated: (): EventLog => createSimulatedLog(),
  embedded: (): EventLog => {
    const folder = mkdtempSync(join(tmpdir(), "titan-log-transport-"));
    folders.push(folder);
    return openEmbeddedLog({ path: join(folder, "log.sqlite"), compactEveryMs: 0 });
  },
};
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe.each(["simulated", "embedded"] as const)("on the %s log", (kind) => {
  const options = { timeout: HANG_MS };

  test("a host waits for its topics, runs what they say and reports it", options, async () => {
    const log = logs[kind]();
    const disk = new MemoryDisk();
    const run = await start(log, disk);
    await until(run, () => run.problems.includes(`${OWN} no-installation`));
    await install(log, systemClock, "one");
    await until(run, () => run.problems.includes(`${OWN} stream-missing`));
    const own = await StreamWriter.open(log, OWN);
    await own.says("default/prod", 10, assigned("default/prod"));
    await until(run, () => run.problems.includes(`${PROD} not-found`));
    const prod = await StreamWriter.open(log, PROD);
    await prod.says("default/prod", 8, rendered("default/prod", "one"));
    await until(run, () => text(disk) === "one");
    await prod.says("default/prod", 11, rendered("default/prod", "two"));
    await until(run, () => text(disk) === "two");
    await until(run, () => run.agent.state?.problem === null && run.agent.state.reported);
    await run.stop();
    const last = (await statuses(log, 1)).at(-1);
    expect(last).toMatchObject({
      workspace: "default",
      host: "tim-pi",
      hostCreatedRevision: 1,
      installation: "one",
      revision: 10,
      deployments: [{ deployment: "default/prod", state: "deployed", digest: "two", revision: 11 }],
    });
    await log.close();
  });

  test("a topic that was deleted and made again is read again", options, async () => {
    const log = logs[kind]();
    await install(log, systemClock, "one");
    const own = await StreamWriter.open(log, OWN);
    const prod = await StreamWriter.open(log, PROD);
    await own.says("default/prod", 10, assigned("default/prod"));
    await prod.says("default/prod", 8, rendered("default/prod", "one"));
    const disk = new MemoryDisk();
    const run = await start(log, disk);
    await until(run, () => text(disk) === "one");
    await log.deleteTopics([PROD]);
    await until(run, () => run.problems.includes(`${PROD} not-found`));
    expect(text(disk)).toBe("one");
    const again = await StreamWriter.open(log, PROD);
    await again.says("default/prod", 12, rendered("default/prod", "two"));
    await until(run, () => text(disk) === "two");
    await run.stop();
    await log.close();
  });
});

/** A host that runs "one" and was stopped. */
async function acted(log: SimulatedLog, disk: MemoryDisk, lagMs?: number) {
  await install(log, systemClock, "one");
  const own = await StreamWriter.open(log, OWN, lagMs);
  const prod = await StreamWriter.open(log, PROD, lagMs);
  await own.says("default/prod", 10, assigned("default/prod"));
  await prod.says("default/prod", 8, rendered("default/prod", "one"));
  const run = await start(log, disk);
  await until(run, () => text(disk) === "one");
  await run.stop();
  return { own, prod };
}

test(
  "a host that was away while 10,000 changes were made applies the last one, once",
  async () => {
    const log = createSimulatedLog();
    const disk = new MemoryDisk();
    const { prod } = await acted(log, disk);
    for (let revision = 11; revision <= 10_010; revision += 1) {
      await prod.says("default/prod", revision, rendered("default/prod", `text ${revision}`));
    }
    const run = await start(log, disk.restart());
    await until(run, () => run.agent.state?.running.length === 1 && run.applied.length > 0);
    expect(run.applied).toEqual(["default/prod applied"]);
    await run.stop();
    const last = (await statuses(log, 2)).at(-1);
    expect(last?.deployments).toMatchObject([{ revision: 10_010, digest: "text 10010" }]);
  },
  HANG_MS,
);

test(
  "a topic compacted past the bookmark gives the complete state at a cut",
  async () => {
    const log = createSimulatedLog();
    const disk = new MemoryDisk();
    const { own, prod } = await acted(log, disk, 0);
    const extra = await StreamWriter.open(log, "titan.deployment.default.extra", 0);
    await extra.says("default/extra", 20, rendered("default/extra", "more"));
    await own.says("default/extra", 20, assigned("default/extra"));
    for (let revision = 21; revision <= 40; revision += 1) {
      await prod.says("default/prod", revision, rendered("default/prod", `text ${revision}`));
      await own.mark(revision);
    }
    log.compactNow();
    expect(log.peek(PROD, 0)).toHaveLength(2);
    const after = disk.restart();
    const run = await start(log, after);
    await until(run, () => text(after, "extra") === "more" && text(after) === "text 40");
    expect(run.applied.toSorted()).toEqual(["default/extra applied", "default/prod applied"]);
  },
  HANG_MS,
);

test(
  "another installation in the place of the log changes nothing until it is accepted",
  async () => {
    const log = createSimulatedLog();
    const disk = new MemoryDisk();
    await acted(log, disk);
    const run = await start(log, disk);
    await until(run, () => run.agent.state?.seen === 10);

    // The log is wiped and made anew below a running agent: the host is to run nothing there.
    await log.deleteTopics((await log.topics()).map(({ name }) => name));
    await install(log, systemClock, "two");
    const own = await StreamWriter.open(log, OWN);
    await own.mark(3);
    await until(run, () => run.agent.state?.problem?.code === "foreign-installation");
    expect(text(disk)).toBe("one");
    await until(run, () => run.agent.state?.reported === true);
    await run.stop();
    expect((await statuses(log, 1)).at(-1)).toMatchObject({
      installation: "one",
      problem: { code: "foreign-installation" },
      deployments: [{ deployment: "default/prod", state: "deployed" }],
    });

    const accepting = await start(log, disk, { acceptedInstallation: "two" });
    await until(accepting, () => text(disk) === undefined);
  },
  HANG_MS,
);

test(
  "a cut that lacks a record, and noise, change nothing; a repair does",
  async () => {
    const log = createSimulatedLog();
    const disk = new MemoryDisk();
    const { own, prod } = await acted(log, disk);
    await prod.append("default/prod", Uint8Array.from([1, 2, 3]));
    await prod.append("mark", encode("mark", { revision: 12, sum: 5n, count: 1 }));
    await own.mark(13);
    const run = await start(log, disk);
    await until(run, () => run.agent.state?.seen === 13);
    expect(text(disk)).toBe("one");
    await prod.says("default/prod", 14, rendered("default/prod", "two"));
    await until(run, () => text(disk) === "two");
  },
  HANG_MS,
);

test(
  "a host that runs nothing reports the incarnation that its noun has now",
  async () => {
    const log = createSimulatedLog();
    await install(log, systemClock, "one");
    const own = await StreamWriter.open(log, OWN);
    await own.mark(5);
    const partition = partitionOf(HOST, 4);
    const noun = async (revision: number, createdRevision: number): Promise<void> => {
      const [workspace, name] = ["default", "tim-pi"];
      const current = { workspace, name, labels: {}, createdRevision, description: "" };
      const hash = nounHash("host", HOST, revision, current);
      const value = encode("host", {
        revision,
        index: 0,
        op: "UPDATE",
        previous: null,
        current,
        hash,
        changeId: "",
        actor: "",
        reason: "",
        occurredAt: 0,
        causes: [],
        processorVersion: 0,
      });
      const records = [{ key: HOST, value }];
      await log.append([{ topic: "titan.host", partition, records }]);
    };
    await noun(4, 4);
    const run = await start(log, new MemoryDisk());
    const first = await statuses(log, 1);
    expect(first[0]?.hostCreatedRevision).toBe(4);
    await noun(9, 9);
    await noun(4, 4);
    await own.mark(9);
    await until(run, () => run.agent.state?.seen === 9);
    await run.stop();
    expect((await statuses(log, 2)).at(-1)?.hostCreatedRevision).toBe(9);
  },
  HANG_MS,
);

test("a log that does not answer is a report that failed, and closing ends what waits", async () => {
  const log = createSimulatedLog();
  const transport = transportOf(log);
  expect(await transport.report({})).toMatchObject({
    kind: "failed",
    problem: { code: "misbehaved" },
  });
  const broken = Promise.withResolvers<string>();
  const watch = transport.watch(OWN, {
    begin: () => expect.unreachable("nothing is there"),
    record: () => expect.unreachable("nothing is there"),
    mark: () => expect.unreachable("nothing is there"),
    broken: ({ code }) => broken.resolve(code),
  });
  expect(await broken.promise).toBe("no-installation");
  await watch.close();
});
