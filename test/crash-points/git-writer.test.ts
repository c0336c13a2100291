import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { GitCommand, gitEnvironment, openRepository, publishTree } from "@titan/gitops-writer";
import { expect, test, vi } from "vitest";
import { blobOid, type DesiredFile } from "../../services/gitops-writer/src/git-object-id.ts";
import {
  DRIVERS,
  type DriverName,
  readBranch,
  scratchFolder,
  soundCommits,
} from "../../services/gitops-writer/src/testing/git-fixture.ts";
import { diskAt, PowerCutFolder, writeDisk } from "./power-cut-folder.ts";
import { syncing } from "./told-of-syncs.ts";

vi.mock("node:fs/promises", async (original) => {
  const { tellingOfSyncs } = await import("./told-of-syncs.ts");
  return tellingOfSyncs(() => original<typeof import("node:fs/promises")>());
});

class Crash extends Error {}

type Run = Parameters<GitCommand["run"]>[0];
type Answer = Awaited<ReturnType<GitCommand["run"]>>;
const environment = gitEnvironment(process.env);

/** Real git, in a process that is gone before, within or after its n-th command. */
class MortalGit extends GitCommand {
  readonly #at: number;
  readonly #how: "before" | "within" | "after";
  readonly #done: (command: string) => void;
  #isDead = false;
  commands = 0;

  constructor(
    at = 0,
    how: "before" | "within" | "after" = "before",
    done: (command: string) => void = () => {},
  ) {
    super({ environment });
    this.#at = at;
    this.#how = how;
    this.#done = done;
  }

  override async run(run: Run): Promise<Answer> {
    if (this.#isDead) throw new Crash();
    this.commands += 1;
    const dies = this.commands === this.#at;
    this.#isDead = dies;
    if (dies && this.#how === "before") throw new Crash();
    if (dies && this.#how === "within")
      await super.run({ ...run, input: half(run) }).catch(() => {});
    if (dies && this.#how === "within") throw new Crash();
    const answer = await super.run(run);
    this.#done(run.args[0] ?? "");
    if (dies) throw new Crash();
    return answer;
  }
}

/** The first half of what git would have been given. */
async function* half(run: Run): AsyncGenerator<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of run.input ?? []) chunks.push(chunk);
  const whole = Buffer.concat(chunks);
  yield whole.subarray(0, whole.length >> 1);
}

type Files = Readonly<Record<string, string>>;

const OLD: Files = { "h/w/d/a": "1", "h/w/d/b": "1", "h/w/d/c/x": "1" };
const NEW: Files = { "h/w/d/b": "2", "h/w/d/c": "2", "i/w/d/e/f": "2" };

function tree(files: Files): Files {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`hosts/w/${path}`, text]));
}

interface Place {
  readonly repository: string;
  readonly state: string;
  readonly driver: DriverName;
}

async function publish(
  git: GitCommand,
  place: Place,
  revision: number,
  files: Files,
): Promise<void> {
  const full = tree(files);
  const { driver, repository: path } = place;
  const repository = await openRepository({
    git,
    location: driver === "folder" ? path : pathToFileURL(path).href,
    branch: "main",
    stateFolder: place.state,
    nowMs: () => Date.now(),
  });
  const entries = Object.entries(full).map(([name, text]): [string, DesiredFile] => [
    name,
    { mode: "100644", oid: blobOid(Buffer.from(text)) },
  ]);
  await publishTree({
    repository,
    installation: "ours",
    revision,
    desired: new Map(entries),
    contentOf: (name) => Buffer.from(full[name] ?? ""),
    provenance: { dateMs: revision * 1_000, changeIds: [`c-${revision}`], actors: ["tim"] },
    pauseBefore: () => Promise.resolve(),
  });
}

/** A place where revision 1 is published, or where nothing is yet. */
async function placeWith(driver: DriverName, files: Files | null): Promise<Place> {
  const scratch = await scratchFolder();
  const place = {
    driver,
    repository: join(scratch, "repository.git"),
    state: join(scratch, "state"),
  };
  // The remote driver expects the other side to be there.
  if (driver === "remote") {
    const args = [
      "init",
      "--quiet",
      "--bare",
      "--template=",
      "--initial-branch=main",
      place.repository,
    ];
    await new MortalGit().run({ args });
  }
  if (files !== null) await publish(new MortalGit(), place, 1, files);
  return place;
}

/** What the branch holds; nothing where there is none. */
async function branchOf(place: Place): Promise<Files> {
  return readBranch(place.repository).catch(() => ({}));
}

for (const driver of DRIVERS) {
  for (const [what, before] of [
    ["a new tree", null],
    ["a change", OLD],
  ] as const) {
    test(`${driver}: a crash before, within and after any command of ${what} is old or new, and goes on`, async () => {
      const counted = new MortalGit();
      await publish(counted, await placeWith(driver, before), 2, NEW);
      expect(counted.commands).toBeGreaterThan(2);
      for (let at = 1; at <= counted.commands; at += 1) {
        for (const how of ["before", "within", "after"] as const) {
          const where = `${how} command ${at}`;
          const place = await placeWith(driver, before);
          await expect(publish(new MortalGit(at, how), place, 2, NEW), where).rejects.toThrow(
            Crash,
          );
          expect([tree(before ?? {}), tree(NEW)], where).toContainEqual(await branchOf(place));
          await publish(new MortalGit(), place, 2, NEW);
          expect(await readBranch(place.repository), where).toEqual(tree(NEW));
          expect(await soundCommits(place.repository), where).toBe(before === null ? 1 : 2);
          rmSync(join(place.repository, ".."), { recursive: true, force: true });
        }
      }
    });
  }
}

/** Of these, git has synced the bytes when it ends; `core.fsync` says so. */
const SYNCED_BY_GIT = ["fast-import", "update-ref"];

for (const [what, before] of [
  ["a new tree", null],
  ["a change", OLD],
] as const) {
  test(`a power cut after any command of ${what} leaves the old or the new tree on every possible disk, and it goes on`, async () => {
    let disks = 0;
    const counted = new MortalGit();
    await publish(counted, await placeWith("folder", before), 2, NEW);
    for (let at = 1; at <= counted.commands + 1; at += 1) {
      const place = await placeWith("folder", before);
      const root = join(place.repository, "..");
      const cut = new PowerCutFolder(root);
      cut.settle();
      syncing.told = (path) => cut.synced(path);
      const git = new MortalGit(at, "after", (command) => {
        if (SYNCED_BY_GIT.includes(command)) cut.bytesSynced();
      });
      const isDead = await publish(git, place, 2, NEW).then(
        () => false,
        (error: unknown) => {
          if (error instanceof Crash) return true;
          throw error;
        },
      );
      syncing.told = () => {};
      expect(isDead).toBe(at <= counted.commands);
      const live = diskAt(root);
      for (const disk of cut.disks()) {
        const where = `after command ${at}: ${lost(live, disk)}`;
        const other = await scratchFolder();
        writeDisk(other, disk);
        const again = {
          ...place,
          repository: join(other, "repository.git"),
          state: join(other, "state"),
        };
        if (!isDead) expect(await branchOf(again), where).toEqual(tree(NEW));
        expect([tree(before ?? {}), tree(NEW)], where).toContainEqual(await branchOf(again));
        await publish(new MortalGit(), again, 2, NEW).catch((error: unknown) => {
          throw new Error(where, { cause: error });
        });
        expect(await readBranch(again.repository), where).toEqual(tree(NEW));
        rmSync(other, { recursive: true, force: true });
        disks += 1;
      }
      rmSync(root, { recursive: true, force: true });
    }
    expect(disks).toBeGreaterThan(10);
  });
}

function lost(live: ReturnType<typeof diskAt>, disk: ReturnType<typeof diskAt>): string {
  return [...live]
    .filter(([path, bytes]) => disk.get(path)?.toString("hex") !== bytes?.toString("hex"))
    .map(([path]) => path)
    .join(" ");
}

test("git syncs the bytes of objects and of refs, as the disks above suppose", async () => {
  const scratch = await scratchFolder();
  const place: Place = {
    driver: "folder",
    repository: join(scratch, "repository.git"),
    state: join(scratch, "state"),
  };
  const trace = join(scratch, "trace");
  const git = new GitCommand({ environment: { ...environment, GIT_TRACE2_EVENT: trace } });
  await publish(git, place, 1, OLD);
  const syncs = new Map<string, number>();
  const commands = new Map<string, string>();
  for (const line of readFileSync(trace, "utf8").split("\n").filter(Boolean)) {
    const { event, sid, argv, category, key, value } = JSON.parse(line) as TraceLine;
    // A command that git itself runs counts as the one that it was run by.
    const root = sid.split("/")[0] ?? "";
    if (event === "start" && sid === root) {
      commands.set(root, SYNCED_BY_GIT.find((name) => argv?.includes(name)) ?? "");
    }
    if (category !== "fsync" || key !== "fsync/hardware-flush") continue;
    const command = commands.get(root) ?? "";
    syncs.set(command, (syncs.get(command) ?? 0) + Number(value));
  }
  for (const command of SYNCED_BY_GIT) expect(syncs.get(command), command).toBeGreaterThan(0);
});

interface TraceLine {
  readonly event: string;
  readonly sid: string;
  readonly argv?: readonly string[];
  readonly category?: string;
  readonly key?: string;
  readonly value?: string;
}
