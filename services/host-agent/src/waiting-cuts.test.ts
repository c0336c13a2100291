import { expect, test } from "vitest";
import { type Disk, DiskError } from "./disk.ts";
import { ReporterIncarnation } from "./reporter-incarnation.ts";
import { MemoryDisk } from "./testing/memory-disk.ts";
import { assigned, rendered } from "./testing/scripted-transport.ts";
import { startAgent, turns } from "./testing/start-agent.ts";

const OWN = "titan.host.default.tim-pi";
const PROD = "titan.deployment.default.prod";
const FILE = "/run/default/prod/app.conf";

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
  const { agent, transport, events } = await startAgent(room.disk);
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
  const first = await startAgent(room.disk);
  first.transport.reading(OWN).mark(3);
  await turns();
  first.agent.stop();
  room.isFull = true;
  const second = await startAgent(room.disk);
  expect(second.agent.state).toMatchObject({ problem: null, reported: true });
  room.isFull = false;
  second.agent.wake();
  await turns();
  const report = second.transport.reports.at(-1) as { readonly incarnation: string };
  const next = await ReporterIncarnation.open(memory, "/state", 0);
  expect(next.text > report.incarnation).toBe(true);
});

/** What a host leaves that ran `one`, of the first installation. */
async function diskOfInstallationOne(): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  const { agent, transport } = await startAgent(disk);
  transport.reading(OWN).says("default/prod", 3, assigned("default/prod")).mark(3);
  await turns();
  transport.reading(PROD).says("default/prod", 3, rendered("default/prod", "one")).mark(3);
  await turns();
  agent.stop();
  return disk;
}

test("files of an installation that is accepted come before or after the own slice, and run", async () => {
  const disk = await diskOfInstallationOne();

  const accepted = await startAgent(disk, { acceptedInstallation: "two" });
  const { transport } = accepted;
  transport.reading(PROD, "two").says("default/prod", 2, rendered("default/prod", "two")).mark(2);
  await turns();
  expect(disk.contents()[FILE]).toBe("one");
  transport.reading(OWN, "two").says("default/prod", 2, assigned("default/prod")).mark(2);
  await turns();
  expect(disk.contents()[FILE]).toBe("two");
});

test("files of the installation before are not those of the one that is followed", async () => {
  const disk = await diskOfInstallationOne();

  const { agent, transport } = await startAgent(disk, { acceptedInstallation: "two" });
  // Another deployment of the same name, made by chance at the same revision.
  transport.reading(OWN, "two").says("default/prod", 5, assigned("default/prod")).mark(5);
  await turns();
  expect(agent.state).toMatchObject({ revision: 5, waiting: ["default/prod"] });
  expect(transport.reports.at(-1)).toMatchObject({
    deployments: [{ deployment: "default/prod", state: "waiting", revision: 0 }],
  });
});
