import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, type Disk, NodeDisk } from "@titan/host-agent";
import { MemoryDisk } from "@titan/host-agent/testing";
import { expect, test, vi } from "vitest";
import { Crash, type Fault } from "../../services/host-agent/src/testing/memory-disk.ts";
import {
  assigned,
  rendered,
  ScriptedTransport,
} from "../../services/host-agent/src/testing/scripted-transport.ts";
import { diskAt, PowerCutFolder, writeDisk } from "./power-cut-folder.ts";
import { syncing } from "./told-of-syncs.ts";

vi.mock("node:fs/promises", async (original) => {
  const { tellingOfSyncs } = await import("./told-of-syncs.ts");
  return tellingOfSyncs(() => original<typeof import("node:fs/promises")>());
});

const OWN = "titan.host.default.tim-pi";
const streamOf = (name: string): string => `titan.deployment.default.${name}`;

/** What the server says at a revision: deployments that the host has, with their text. */
interface Said {
  readonly revision: number;
  readonly has: Readonly<Record<string, string>>;
}

const OLD: Said = { revision: 10, has: { stays: "old", goes: "old" } };
const NEW: Said = { revision: 20, has: { stays: "new", comes: "new" } };

interface Started {
  readonly agent: Agent;
  readonly transport: ScriptedTransport;
  /** What ended the agent, if anything did. */
  readonly fault: () => unknown;
}

async function start(disk: Disk, root: string): Promise<Started> {
  const transport = new ScriptedTransport();
  const agent = await Agent.open({
    host: "default/tim-pi",
    disk,
    folder: `${root}/run`,
    stateFolder: `${root}/state`,
    transport,
    clock: { now: () => 1_000, sleep: () => new Promise(() => {}) },
    version: "test",
  });
  let fault: unknown;
  agent.run().catch((error: unknown) => (fault = error));
  const started = { agent, transport, fault: () => fault };
  await rest(started);
  return started;
}

/** A turn may have ended before, and one may be under way; the next ones see what was said. */
const TURNS = 4;

/** Waits until the agent has done all that it can, or has ended. */
async function rest({ agent, fault }: Started): Promise<void> {
  let turned = false;
  for (let turn = 0; turn < TURNS; turn += 1) {
    turned = false;
    void agent.turn().then(() => (turned = true));
    agent.wake();
    while (!turned && fault() === undefined) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The server says all of its state at this revision, in every stream that is watched. */
async function say(started: Started, { revision, has }: Said): Promise<void> {
  const own = started.transport.reading(OWN);
  for (const name of ["stays", "goes", "comes"]) {
    const key = `default/${name}`;
    own.says(key, revision, name in has ? assigned(key) : null);
  }
  own.mark(revision);
  await rest(started);
  for (const [name, text] of Object.entries(has)) {
    if (started.fault() !== undefined) return;
    const key = `default/${name}`;
    started.transport
      .reading(streamOf(name))
      .says(key, revision, rendered(key, text))
      .mark(revision);
  }
  await rest(started);
}

type Files = Readonly<Record<string, string>>;

function filesOf({ has }: Said): Files {
  return Object.fromEntries(
    Object.entries(has).map(([name, text]) => [`default/${name}/app.conf`, text]),
  );
}

/** Whether each file is there whole, as it was or as it is to be, whatever else is. */
function expectOldOrNew(files: Files, where: string): void {
  const [before, after] = [filesOf(OLD), filesOf(NEW)];
  for (const [path, text] of Object.entries(files)) {
    if (path.includes("/.titan-new-")) continue;
    expect([before[path], after[path]], `${where}: ${path}`).toContain(text);
  }
}

/** The next process: first without a server, then with one. */
async function expectGoesOn(
  disk: Disk,
  root: string,
  read: () => Files,
  where: string,
): Promise<void> {
  const next = await start(disk, root);
  expect(next.fault(), where).toBeUndefined();
  const alone = read();
  expectOldOrNew(alone, where);
  // Without a server it runs what it stored: nothing of the old is gone that no cut took away.
  const kept = alone["default/stays/app.conf"];
  expect(["old", "new"], where).toContain(kept);
  expect(next.agent.state?.problem ?? null, where).toBeNull();
  await say(next, NEW);
  expect(next.fault(), where).toBeUndefined();
  expect(read(), where).toEqual(filesOf(NEW));
  expect(next.agent.state?.revision, where).toBe(NEW.revision);
  next.agent.stop();
}

function inMemory(disk: MemoryDisk): Files {
  const files: Record<string, string> = {};
  for (const [path, text] of Object.entries(disk.contents())) {
    // An empty folder ends with a slash.
    if (path.startsWith("/run/default/") && !path.endsWith("/"))
      files[path.slice("/run/".length)] = text;
  }
  return files;
}

async function memoryHost(): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  const first = await start(disk, "");
  await say(first, OLD);
  expect(inMemory(disk)).toEqual(filesOf(OLD));
  first.agent.stop();
  return disk.restart();
}

/** Runs the change until the fault comes; answers whether it did. */
async function changeUntil(disk: Disk, root: string): Promise<boolean> {
  try {
    const started = await start(disk, root);
    if (started.fault() === undefined) await say(started, NEW);
    const fault = started.fault();
    started.agent.stop();
    if (fault === undefined) return false;
    if (fault instanceof Crash) return true;
    throw fault;
  } catch (error) {
    if (error instanceof Crash) return true;
    throw error;
  }
}

test.each(["before", "torn", "after"] as const)(
  "an agent that crashes %s any effect of its disk runs old or new files, and goes on",
  async (how) => {
    const origin = await memoryHost();
    let effect = 1;
    for (; ; effect += 1) {
      const fault: Fault = { effect, how };
      const disk = origin.restart(fault);
      if (!(await changeUntil(disk, ""))) break;
      const next = disk.restart();
      expectOldOrNew(inMemory(next), `${how} ${effect}`);
      await expectGoesOn(next, "", () => inMemory(next), `${how} ${effect}`);
    }
    expect(effect).toBeGreaterThan(30);
  },
);

test("an agent that crashes at any effect, and again at any effect of its next start, goes on", async () => {
  const origin = await memoryHost();
  let crashes = 0;
  for (let first = 1; ; first += 1) {
    const disk = origin.restart({ effect: first, how: "after" });
    if (!(await changeUntil(disk, ""))) break;
    for (let second = 1; ; second += 1) {
      const again = disk.restart({ effect: second, how: "torn" });
      if (!(await changeUntil(again, ""))) break;
      const next = again.restart();
      await expectGoesOn(next, "", () => inMemory(next), `${first}, then ${second}`);
      crashes += 1;
    }
  }
  expect(crashes).toBeGreaterThan(300);
});

/** The disk of this machine, in a process that is gone after so many changes. */
function mortal(left: number): Disk {
  const disk = new NodeDisk();
  const CHANGES: readonly string[] = [
    "createSynced",
    "rename",
    "syncFolder",
    "unlink",
    "makeFolder",
    "removeFolder",
  ];
  let count = 0;
  return new Proxy(disk, {
    get: (target, name: keyof Disk) => {
      const call = (target[name] as (...args: unknown[]) => Promise<unknown>).bind(target);
      return async (...args: unknown[]): Promise<unknown> => {
        if (count >= left) throw new Crash();
        const answer = await call(...args);
        if (CHANGES.includes(name)) count += 1;
        if (count >= left) throw new Crash();
        return answer;
      };
    },
  });
}

function onDisk(root: string): Files {
  const files: Record<string, string> = {};
  for (const [path, bytes] of diskAt(join(root, "run"))) {
    if (bytes !== null) files[path] = bytes.toString("utf8");
  }
  return files;
}

test("a power cut after any change of a real disk leaves old or new files on every possible disk, and it goes on", async () => {
  const scratch = mkdtempSync(join(tmpdir(), "titan-power-"));
  const root = join(scratch, "host");
  mkdirSync(root);
  let disks = 0;
  try {
    const first = await start(new NodeDisk(), root);
    await say(first, OLD);
    first.agent.stop();
    expect(onDisk(root)).toEqual(filesOf(OLD));
    const origin = diskAt(root);
    let isDead = true;
    for (let change = 1; isDead; change += 1) {
      rmSync(root, { recursive: true, force: true });
      writeDisk(root, origin);
      const cut = new PowerCutFolder(root);
      cut.settle();
      syncing.told = (path) => cut.synced(path);
      isDead = await changeUntil(mortal(change), root);
      syncing.told = () => {};
      for (const disk of cut.disks()) {
        const where = `after change ${change}, disk ${disks}`;
        const other = join(scratch, `disk-${(disks += 1)}`);
        writeDisk(other, disk);
        expectOldOrNew(onDisk(other), where);
        // What was reported as applied is there.
        if (!isDead) expect(onDisk(other), where).toEqual(filesOf(NEW));
        await expectGoesOn(new NodeDisk(), other, () => onDisk(other), where);
        rmSync(other, { recursive: true, force: true });
      }
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  expect(disks).toBeGreaterThan(50);
});
