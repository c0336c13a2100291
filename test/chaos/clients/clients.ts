import type { TitanClient } from "@titan/client";
import { eventually } from "../../flows/eventually.ts";
import { seededRandom } from "../../flows/seeded-random.ts";
import { firstChange, lastChange } from "./change-plan.ts";
import type { ClientSetting } from "./client-setting.ts";
import { PATIENCE_MS } from "./client-setting.ts";
import { CONTENT_LABEL } from "../truth/topic-record.ts";
import { Follower } from "./follower.ts";
import { httpCall } from "./http-call.ts";
import { Reader } from "./reader.ts";
import { Watcher, type WatchOptions } from "./watcher.ts";
import { Writer } from "./writer.ts";

const WRITERS = 6;
const READERS = 4;
const WATCHES: readonly WatchOptions[] = [
  { kind: "Host" },
  { kind: "Host", label: ["group", "a"] },
  { kind: "Deployment" },
  { kind: "Workload" },
];
/** After harm everything has to come back first. */
const HANG_MS = 120_000;
const CERTAIN = {
  isKeyed: true,
  isPersistent: true,
  isRepeated: false,
  patienceMs: PATIENCE_MS,
} as const;

/** All clients of a round; each decides by its own seed. */
export class Clients {
  readonly #setting: ClientSetting;
  readonly #ending: AbortController;
  #calling: Promise<unknown> = Promise.resolve();
  readonly #callers: readonly (Writer | Reader)[];
  readonly #watchers: readonly Watcher[];
  readonly #followers: readonly Follower[];
  /** Whatever must be there before the others begin, and after they have ended. */
  readonly #frame: Writer;

  constructor(
    setting: Omit<ClientSetting, "ending">,
    seed: number,
    openTitan: (() => Promise<TitanClient>) | undefined,
  ) {
    this.#ending = new AbortController();
    this.#setting = { ...setting, ending: this.#ending.signal };
    let next = seed;
    const random = (): (() => number) => seededRandom((next += 1));
    const writer = (name: string, of: ClientSetting): Writer =>
      new Writer(name, of, random(), new Reader(name, of, random()), 0);
    // The frame's changes are made when nothing else may begin.
    const never = new AbortController().signal;
    this.#frame = writer("frame", { ...setting, ending: never });
    this.#callers = [
      ...Array.from({ length: WRITERS }, (_, at) => writer(`writer${at}`, this.#setting)),
      ...Array.from(
        { length: READERS },
        (_, at) => new Reader(`reader${at}`, this.#setting, random()),
      ),
    ];
    this.#watchers = WATCHES.map(
      (options, at) => new Watcher(`watch${at}`, this.#setting, random(), options),
    );
    this.#followers =
      openTitan === undefined ? [] : [new Follower("follower", this.#setting, openTitan)];
  }

  /** Makes what changes build upon, and hosts that no change touches: the first of group a, the others not. */
  async prepare(untouched: readonly string[] = []): Promise<void> {
    const { servers, token, workspace } = this.#setting;
    const template = {
      kind: "Template",
      metadata: { workspace, name: "page" },
      spec: { files: { "page.txt": { text: "{{values.content}} on {{host.name}}\n" } } },
    };
    const operations = [
      { action: "apply", object: { kind: "Workspace", metadata: { name: workspace } } },
      { action: "apply", object: template },
      ...untouched.map((name, at) => {
        const labels = { group: at === 0 ? "a" : "none", [CONTENT_LABEL]: name };
        const object = { kind: "Host", metadata: { workspace, name, labels }, spec: {} };
        return { action: "apply", object };
      }),
    ];
    const made = await httpCall({
      method: "POST",
      url: `${servers[0] ?? ""}/v1/changes`,
      token,
      body: { operations },
      patienceMs: HANG_MS,
    });
    if (made.is === "lost" || made.status !== 200) throw new Error(JSON.stringify(made));
    await this.#frameWrite("first", firstChange(workspace));
  }

  /** Everybody is at work until `end`. */
  async run(): Promise<void> {
    this.#calling = Promise.all(this.#callers.map((caller) => caller.run()));
    const listening = [...this.#watchers, ...this.#followers].map((listener) => listener.run());
    await Promise.all([this.#calling, ...listening]);
  }

  /** Nobody calls any more; those who listen go on. */
  end(): void {
    this.#ending.abort();
  }

  /**
   * Makes a last change of everything, when all calls have been answered, and resolves when all who
   * listen were told of it: then they have been told of all before it. Answers its revision. To be
   * called when all harm is over.
   */
  async endListening(): Promise<number> {
    await this.#calling;
    const revision = await this.#frameWrite("last", lastChange(this.#setting.workspace, "last"));
    for (const listener of [...this.#watchers, ...this.#followers]) {
      await eventually(`a listener at ${revision}`, () => listener.revision >= revision, HANG_MS);
    }
    this.stop();
    return revision;
  }

  stop(): void {
    this.end();
    for (const listener of [...this.#watchers, ...this.#followers]) listener.stop();
  }

  async #frameWrite(name: string, planned: Parameters<Writer["write"]>[1]): Promise<number> {
    const { workspace } = this.#setting;
    const answer = await this.#frame.write(`${workspace}-${name}`, planned, CERTAIN);
    if (answer.is !== "accepted") throw new Error(JSON.stringify(answer));
    return answer.revision;
  }
}
