import { expect, test } from "vitest";
import { type DesiredFiles, FilesDriver, type FilesOutcome } from "./files-driver.ts";
import { Crash, type Fault, MemoryDisk } from "./testing/memory-disk.ts";

type Files = Readonly<Record<string, string>>;

const desire = (digest: string, files: Files): DesiredFiles => ({
  kind: "files",
  running: { createdRevision: 1, digest },
  files: Object.entries(files).map(([path, text]) => ({
    path,
    executable: text.endsWith("|x"),
    bytes: Buffer.from(text.replace(/\|x$/, "")),
  })),
});

/** Updates, new modes, files that become folders and the reverse, deployments that come and go. */
const BEFORE = new Map([
  ["iot/stays", desire("1", { same: "1", text: "old", run: "1", gone: "1", "deep/er/x": "1" })],
  ["iot/turns", desire("1", { file: "1", "folder/a": "1", "folder/b/c": "1" })],
  ["iot/leaves", desire("1", { "a/b": "1", c: "1" })],
]);
const AFTER = new Map([
  ["iot/stays", desire("2", { same: "1", text: "new", run: "1|x", "deep/other": "1" })],
  ["iot/turns", desire("2", { "file/inner": "2", folder: "2" })],
  ["web/comes", desire("1", { "x/y/z": "1" })],
]);

const FOREIGN: Files = {
  "/host/iot/notes": "not ours",
  "/host/iot/stays/deep/mine": "not ours",
  "/host/iot/stays/.titan-new-mine": "not ours",
  "/host/web/": "",
};

function expected(desired: ReadonlyMap<string, DesiredFiles>): Files {
  const files = { ...FOREIGN };
  for (const [name, want] of desired) {
    if (want.kind === "keep") continue;
    for (const { path, bytes, executable } of want.files) {
      files[`/host/${name}/${path}`] = Buffer.from(bytes).toString() + (executable ? "|x" : "");
    }
    if (name.startsWith("web/")) delete files["/host/web/"];
  }
  return files;
}

function hostFiles(disk: MemoryDisk): Files {
  return Object.fromEntries(
    Object.entries(disk.contents()).filter(([path]) => path.startsWith("/host")),
  );
}

async function apply(
  disk: MemoryDisk,
  desired: ReadonlyMap<string, DesiredFiles>,
): Promise<ReadonlyMap<string, FilesOutcome>> {
  const driver = await FilesDriver.open({ disk, folder: "/host", stateFolder: "/state" });
  expect(driver.damage).toBeNull();
  return driver.apply(desired);
}

/** A host on which others have put files, and which runs `BEFORE`. */
async function hostThatRan(): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  for (const path of [
    "/host",
    "/host/iot",
    "/host/iot/stays",
    "/host/iot/stays/deep",
    "/host/web",
  ]) {
    await disk.makeFolder(path);
  }
  for (const [path, text] of Object.entries(FOREIGN)) {
    if (!path.endsWith("/")) await disk.createSynced(path, Buffer.from(text), 0o600);
  }
  for (const path of ["/", "/host", "/host/iot", "/host/iot/stays", "/host/iot/stays/deep"]) {
    await disk.syncFolder(path);
  }
  await apply(disk, BEFORE);
  expect(hostFiles(disk)).toEqual(expected(BEFORE));
  return disk.restart();
}

async function crashes(disk: MemoryDisk): Promise<boolean> {
  try {
    await apply(disk, AFTER);
    return false;
  } catch (error) {
    if (error instanceof Crash) return true;
    throw error;
  }
}

/** After whatever happened: one start brings the host to the desired state and a second rests. */
async function expectHealed(disk: MemoryDisk, where: string): Promise<void> {
  const healed = await apply(disk, AFTER);
  expect(hostFiles(disk), where).toEqual(expected(AFTER));
  for (const [name, outcome] of healed) {
    // A crash is no drift: nobody changed anything by hand.
    expect(["applied", "removed"], `${where}: ${name} ${JSON.stringify(outcome)}`).toContain(
      outcome.kind,
    );
  }
  const next = disk.restart();
  const rested = await apply(next, AFTER);
  expect(next.effects, where).toBe(0);
  expect([...rested.values()], where).toEqual(
    Array.from(AFTER, () => ({ kind: "applied", changed: false })),
  );
  await apply(next, new Map());
  expect(hostFiles(next), where).toEqual(FOREIGN);
}

async function effectsOf(disk: MemoryDisk): Promise<number> {
  const counted = disk.restart();
  await apply(counted, AFTER);
  return counted.effects;
}

test.each(["before", "torn", "after"] as const)(
  "a crash %s any effect is healed by the next start, foreign files untouched",
  async (how) => {
    const origin = await hostThatRan();
    const effects = await effectsOf(origin);
    expect(effects).toBeGreaterThan(25);
    for (let effect = 1; effect <= effects; effect += 1) {
      const disk = origin.restart({ effect, how });
      expect(await crashes(disk)).toBe(true);
      await expectHealed(disk.restart(), `crash ${how} effect ${effect}`);
    }
  },
);

test("a crash at any effect and another at any effect of the recovery are healed", async () => {
  const origin = await hostThatRan();
  const effects = await effectsOf(origin);
  for (let first = 1; first <= effects; first += 1) {
    const disk = origin.restart({ effect: first, how: "after" });
    expect(await crashes(disk)).toBe(true);
    for (let second = 1; ; second += 1) {
      const again = disk.restart({ effect: second, how: "torn" });
      if (!(await crashes(again))) break;
      await expectHealed(again.restart(), `crashes at effects ${first} and ${second}`);
    }
  }
});

test("a power cut at any effect is healed, whichever unsynced names it takes", async () => {
  const origin = await hostThatRan();
  const effects = await effectsOf(origin);
  let seed = 1;
  const sometimes = (): boolean => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % 2 === 0;
  };
  for (let effect = 1; effect <= effects + 1; effect += 1) {
    for (const keeps of [() => false, ...Array.from({ length: 8 }, () => sometimes)]) {
      const disk = origin.restart({ effect, how: "after" });
      expect(await crashes(disk)).toBe(effect <= effects);
      await expectHealed(disk.restart(null, keeps), `power cut at effect ${effect}, seed ${seed}`);
    }
  }
});

test("what was reported as applied is there after a power cut", async () => {
  const disk = await hostThatRan();
  for (const desired of [AFTER, BEFORE, AFTER, new Map<string, DesiredFiles>(), BEFORE]) {
    await apply(disk, desired);
    expect(hostFiles(disk.restart(null, () => false))).toEqual(expected(desired));
  }
});

test("after a crash the desired state may be another one: no draft stays, no drift is seen", async () => {
  const origin = await hostThatRan();
  const effects = await effectsOf(origin);
  const third = new Map([
    ["iot/stays", desire("3", { same: "3", text: "3", run: "3", "deep/other": "3" })],
    ["iot/turns", desire("3", { "file/inner": "3", folder: "3" })],
  ]);
  for (let effect = 1; effect <= effects; effect += 1) {
    for (const how of ["torn", "after"] as const) {
      for (const desired of [third, BEFORE, new Map<string, DesiredFiles>()]) {
        const disk = origin.restart({ effect, how });
        expect(await crashes(disk)).toBe(true);
        const next = disk.restart();
        const outcomes = await apply(next, desired);
        const kinds = [...outcomes.values()].map((outcome) => outcome.kind);
        // Files that the crash had removed already count as missing when they are wanted again.
        if (desired !== BEFORE) expect(kinds, `effect ${effect}`).not.toContain("drifted");
        expect(kinds, `effect ${effect}`).not.toContain("failed");
        expect(hostFiles(next), `crash ${how} effect ${effect}`).toEqual(expected(desired));
      }
    }
  }
});

test.each(["disk-full", "io-failed"] as const)(
  "an effect that fails with %s stops no other deployment and leaves no draft",
  async (how) => {
    const origin = await hostThatRan();
    const effects = await effectsOf(origin);
    for (let effect = 1; effect <= effects; effect += 1) {
      const fault: Fault = { effect, how };
      const disk = origin.restart(fault);
      const driver = await FilesDriver.open({ disk, folder: "/host", stateFolder: "/state" });
      const outcomes = await driver.apply(AFTER);
      const failed = [...outcomes.values()].filter((outcome) => outcome.kind === "failed");
      expect(failed.length, `effect ${effect}`).toBeGreaterThan(0);
      expect(Object.keys(hostFiles(disk)).filter((path) => path.includes(".titan-new-"))).toEqual([
        "/host/iot/stays/.titan-new-mine",
      ]);
      // The same driver tries again, without a start in between.
      await driver.apply(AFTER);
      expect(hostFiles(disk), `effect ${effect}`).toEqual(expected(AFTER));
      await expectHealed(disk.restart(), `${how} at effect ${effect}`);
    }
  },
);

test("a full disk while files are prepared changes no file", async () => {
  const origin = await hostThatRan();
  const before = hostFiles(origin);
  const only = new Map([
    ...BEFORE,
    ["iot/stays", desire("2", { same: "2", text: "2", more: "2" })],
  ]);
  // 1 and 2 write and rename the list, 3 syncs it; then come the drafts.
  for (const effect of [1, 4, 5, 6]) {
    const disk = origin.restart({ effect, how: "disk-full" });
    const driver = await FilesDriver.open({ disk, folder: "/host", stateFolder: "/state" });
    const outcomes = await driver.apply(only);
    expect(outcomes.get("iot/stays")).toMatchObject({ kind: "failed", code: "disk-full" });
    expect(outcomes.get("iot/turns")).toEqual({ kind: "applied", changed: false });
    expect(driver.running.get("iot/stays")).toMatchObject({ digest: "1" });
    expect(hostFiles(disk), `effect ${effect}`).toEqual(before);
  }
});

test("a file that somebody puts where a crashed start was about to write stays theirs", async () => {
  const origin = await hostThatRan();
  const effects = await effectsOf(origin);
  let occupied = 0;
  for (let effect = 1; effect <= effects; effect += 1) {
    const crashed = origin.restart({ effect, how: "after" });
    expect(await crashes(crashed)).toBe(true);
    const disk = crashed.restart();
    if ((await disk.lstat("/host/web/comes/x/y/z")) !== null) continue;
    for (const path of ["/host/web/comes", "/host/web/comes/x", "/host/web/comes/x/y"]) {
      if ((await disk.lstat(path)) === null) await disk.makeFolder(path);
    }
    await disk.createSynced("/host/web/comes/x/y/z", Buffer.from("theirs"), 0o644);
    const outcomes = await apply(disk, AFTER);
    expect(outcomes.get("web/comes")).toMatchObject({ kind: "failed", code: "path-occupied" });
    await apply(disk, new Map());
    expect(disk.contents()["/host/web/comes/x/y/z"]).toBe("theirs");
    occupied += 1;
  }
  expect(occupied).toBeGreaterThan(10);
});
