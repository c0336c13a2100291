import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { ApiCaller, type ApiAnswer } from "../flows/api-caller.ts";
import { filesByHost } from "../flows/crash-model.ts";
import { CrashWriter, type Acknowledged } from "../flows/crash-writer.ts";
import { eventually } from "../flows/eventually.ts";
import { fileInGit, pathsInGit } from "../flows/git-tree.ts";
import { filesOnDisk } from "../flows/host-folder.ts";
import { seededRandom } from "../flows/seeded-random.ts";
import type { Installation } from "./installation.ts";

const WRITERS = 3;
/** Each writer stands still for so long before a change, or a long test would make thousands. */
const PACE_MS = 100;
/** After harm everything has to come back first: processes start, sessions time out. */
const HANG_MS = 180_000;

const CHANGES_PER_PAGE = 1_000;

interface ListedChange {
  readonly revision: number;
  readonly changeId: string;
}

interface ChangePage {
  readonly items: readonly ListedChange[];
  readonly cursor?: string;
}

class PacedCaller extends ApiCaller {
  override async post(
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ApiAnswer> {
    await sleep(PACE_MS);
    return super.post(path, body, headers);
  }
}

/** Writers that change an installation all the time, and know what must come of it. */
export class Load {
  readonly #installation: Installation;
  /** The last revision before the writers began. */
  readonly #before: number;
  readonly #writers: readonly CrashWriter[];
  readonly #written: Promise<unknown>;
  /** Rejects when a writer was answered what must not be. */
  readonly #failure = Promise.withResolvers<never>();

  private constructor(installation: Installation, seed: number, seen: number) {
    this.#installation = installation;
    this.#before = seen;
    let calls = 0;
    const api = (): ApiCaller => {
      calls += 1;
      const server = installation.servers[calls % installation.servers.length] ?? "";
      return new PacedCaller(server, installation.token);
    };
    this.#writers = Array.from(
      { length: WRITERS },
      (_, at) => new CrashWriter(at, seededRandom(seed + 1 + at), seen, api),
    );
    this.#failure.promise.catch(() => {});
    this.#written = Promise.all(this.#writers.map((writer) => writer.run()));
    this.#written.catch(this.#failure.reject);
  }

  static async start(installation: Installation, seed: number): Promise<Load> {
    const { box } = installation;
    box.write({ "numbers/n.txt": "{{values.n}} on {{host.name}}\n" });
    await installation.titan("create template numbers -f numbers");
    await installation.titan("create workload w");
    for (let at = 0; at < WRITERS; at += 1) {
      await installation.titan(`create host h${at} --labels group=a`);
      await installation.titan(`create target t${at} --labels group=a`);
    }
    return new Load(installation, seed, await installation.revision());
  }

  get acknowledged(): readonly Acknowledged[] {
    return this.#writers.flatMap(({ acknowledged }) => acknowledged);
  }

  /** The newest revision of which a writer was told. */
  get revision(): number {
    return Math.max(0, ...this.acknowledged.map(({ revision }) => revision));
  }

  /** Resolves when so many more changes were acknowledged. */
  async goesOn(changes = 5): Promise<void> {
    const before = this.acknowledged.length;
    await this.until("further changes", () => this.acknowledged.length >= before + changes);
  }

  /** Waits for something while the writers write; a mistake of a writer ends it at once. */
  async until<Value>(
    what: string,
    look: () => Promise<Value> | Value,
  ): Promise<Exclude<Value, false | undefined>> {
    return Promise.race([this.#failure.promise, eventually(what, look, HANG_MS)]);
  }

  /** Resolves when nothing is under way, and stays so until `resume`. */
  async hold(): Promise<void> {
    await Promise.race([
      this.#failure.promise,
      Promise.all(this.#writers.map((writer) => writer.hold())),
    ]);
  }

  resume(): void {
    for (const writer of this.#writers) writer.resume();
  }

  /**
   * Ends the writing, and shows that everything is as the acknowledged changes make it: `titan
   * verify`, each change once and with its effect, the Git tree, the folders of the agents.
   */
  async endsWell(): Promise<void> {
    for (const writer of this.#writers) writer.stop();
    await Promise.race([this.#failure.promise, this.#written]);
    await this.#installation.verify();
    await this.#eachChangeOnce();
    await this.#filesAreRight();
  }

  async #eachChangeOnce(): Promise<void> {
    const [api] = this.#installation.apis;
    if (api === undefined) throw new Error("there is no API");
    const { acknowledged } = this;
    const told = acknowledged.map(({ revision, changeId }) => ({ revision, changeId }));
    // The feed holds these changes and no others: what was sent again counted once.
    expect(await this.#changesInFeed(api)).toEqual(
      told.toSorted((one, other) => one.revision - other.revision),
    );
    for (const { changeId, revision, expected } of acknowledged) {
      const verdict = await api.get(`/v1/changes/${changeId}`);
      expect(verdict).toMatchObject({ status: 200, body: { revision, accepted: true } });
      for (const { path, is } of expected) {
        const read = await api.get(`${path}?at=${revision}`);
        if (is === undefined) expect(read.status).toBe(404);
        else expect(read).toMatchObject({ status: 200, body: is });
      }
    }
  }

  async #changesInFeed(api: ApiCaller): Promise<readonly ListedChange[]> {
    const changes: ListedChange[] = [];
    let next = `from=${this.#before + 1}`;
    while (next !== "") {
      const { body } = await api.get(`/v1/changes?limit=${CHANGES_PER_PAGE}&${next}`);
      const { items, cursor } = body as ChangePage;
      for (const { revision, changeId } of items) changes.push({ revision, changeId });
      next = cursor === undefined ? "" : `cursor=${encodeURIComponent(cursor)}`;
    }
    return changes;
  }

  async #filesAreRight(): Promise<void> {
    const { box, git, agents } = this.#installation;
    const files = filesByHost(this.#writers.map(({ share }) => share));
    const paths = await pathsInGit(git);
    for (const [host, expected] of files) {
      const folder = `hosts/default/${host}/`;
      const inGit = new Map<string, string>();
      for (const path of paths.filter((each) => each.startsWith(folder))) {
        inGit.set(path.slice(folder.length), `${await fileInGit(git, path)}\n`);
      }
      expect(inGit).toEqual(expected);
      if (!agents.some(({ name }) => name === `agent-${host}`)) continue;
      await eventually(
        `the folder of ${host} to be what Git says`,
        () => expect(filesOnDisk(box.path(host))).toEqual(expected) ?? true,
        HANG_MS,
      );
    }
  }
}
