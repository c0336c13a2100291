import { expect, test } from "vitest";
import { Agent } from "./agent.ts";
import type { AgentEvent, AgentOptions } from "./agent-options.ts";
import { type Disk, DiskError } from "./disk.ts";
import { ReporterIncarnation } from "./reporter-incarnation.ts";
import { MemoryDisk } from "./testing/memory-disk.ts";
import { assigned, rendered, ScriptedTransport } from "./testing/scripted-transport.ts";

const OWN = "titan.host.default.tim-pi";
const PROD = "titan.deployment.default.prod";
const FILE = "/run/default/prod/app.conf";

async function start(disk: Disk, more: Partial<AgentOptions> = {}) {
  const transport = new ScriptedTransport();
  const events: AgentEvent[] = [];
  const agent = await Agent.open({
    host: "default/tim-pi",
    disk,
    folder: "/run",
    stateFolder: "/state",
    transport,
    clock: { now: () => 1_000, sleep: () => new Promise(() => {}) },
    version: "test",
    onEvent: (event) => events.push(event),
    ...more,
  });
  void agent.run();
  await turns();
  return { agent, transport, events };
}

/** Lets everything that can happen without the outside happen. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A disk on which nothing new can be written while it is full. */
function fillable(disk: MemoryDisk): { readonly disk: Disk; isFull: boolean } {
  const state = { isFull: false, disk: disk as Disk };
  state.disk = new Proxy(disk, {
    get: (target, name: keyof Disk) => {
      const call = (target[name] as (...args: unknown[]) => Promise<unknown>).bind(target);
      return async (...args: unknown[]): Promise<unknown> => {
        const needsRoom = name === "createSynced" || name === "makeFolder";
        if (state.isFull && needsRoom) throw new DiskError("disk-full", String(args[0]));
        return await call(...args);
      };
    },
  });
  return state;
}

test("a full disk stops nothing: the agent says so, keeps what runs, and goes on when there is room", async () => {
  const memory = new MemoryDisk();
  const room = fillable(memory);
  const { agent, transport, events } = await start(room.disk);
  transport.reading(OWN).says("default/prod", 3, assigned("default/prod")).mark(3);
  await turns();
  const prod = transport.reading(PROD).says("default/prod", 3, rendered("default/prod", "one"));
  prod.mark(3);
  await turns();
  expect(memory.contents()[FILE]).toBe("one");

  room.isFull = true;
  prod.says("default/prod", 4, rendered("default/prod", "two")).mark(4);
  await turns();
  expect(memory.contents()[FILE]).toBe("one");
  expect(agent.state?.problem?.code).toBe("disk-full");
  expect(transport.reports.at(-1)).toMatchObject({
    problem: { code: "disk-full" },
    deployments: [{ deployment: "default/prod", digest: "one", revision: 3 }],
  });
  agent.wake();
  await turns();
  expect(events.filter(({ kind }) => kind === "problem")).toHaveLength(1);

  room.isFull = false;
  agent.wake();
  await turns();
  expect(memory.contents()[FILE]).toBe("two");
  expect(agent.state).toMatchObject({ problem: null, failed: [] });
});

test("an agent that starts on a full disk runs, and its incarnation is kept once there is room", async () => {
  const memory = new MemoryDisk();
  const room = fillable(memory);
  const first = await start(room.disk);
  first.transport.reading(OWN).mark(3);
  await turns();
  first.agent.stop();
  room.isFull = true;
  const second = await start(room.disk);
  expect(second.agent.state).toMatchObject({ problem: null, reported: true });
  room.isFull = false;
  second.agent.wake();
  await turns();
  const report = second.transport.reports.at(-1) as { readonly incarnation: string };
  const next = await ReporterIncarnation.open(memory, "/state", 0);
  expect(next.text > report.incarnation).toBe(true);
});

test("files of an installation that is accepted come before or after the own slice, and run", async () => {
  const disk = new MemoryDisk();
  const first = await start(disk);
  first.transport.reading(OWN).says("default/prod", 3, assigned("default/prod")).mark(3);
  await turns();
  first.transport.reading(PROD).says("default/prod", 3, rendered("default/prod", "one")).mark(3);
  await turns();
  first.agent.stop();

  const accepted = await start(disk, { acceptedInstallation: "two" });
  const { transport } = accepted;
  transport.reading(PROD, "two").says("default/prod", 2, rendered("default/prod", "two")).mark(2);
  await turns();
  expect(disk.contents()[FILE]).toBe("one");
  transport.reading(OWN, "two").says("default/prod", 2, assigned("default/prod")).mark(2);
  await turns();
  expect(disk.contents()[FILE]).toBe("two");
});

test("files of the installation before are not those of the one that is followed", async () => {
  const disk = new MemoryDisk();
  const first = await start(disk);
  first.transport.reading(OWN).says("default/prod", 3, assigned("default/prod")).mark(3);
  await turns();
  first.transport.reading(PROD).says("default/prod", 3, rendered("default/prod", "one")).mark(3);
  await turns();
  first.agent.stop();

  const { agent, transport } = await start(disk, { acceptedInstallation: "two" });
  // Another deployment of the same name, made by chance at the same revision.
  transport.reading(OWN, "two").says("default/prod", 5, assigned("default/prod")).mark(5);
  await turns();
  expect(agent.state).toMatchObject({ revision: 5, waiting: ["default/prod"] });
  expect(transport.reports.at(-1)).toMatchObject({
    deployments: [{ deployment: "default/prod", state: "waiting", revision: 0 }],
  });
});
