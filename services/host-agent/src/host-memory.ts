import type { HostDeployment, RenderedDeployment } from "@titan/domain";
import { diskProblem } from "./disk-problem.ts";
import type { Disk } from "./disk.ts";
import { HOST_RULES, type HostRules } from "./host-rules.ts";
import type { VerifiedState } from "./logical-stream.ts";
import { readHostDeployment, readRenderedDeployment } from "./stored-values.ts";
import { DEPLOYMENT_PREFIX, hostStream, judgeCut } from "./stream-knowledge.ts";
import { StreamStore, type StoredStream } from "./stream-store.ts";

/**
 * What the host acts on: its own slice and the stream of each deployment, each with its bookmark.
 * Promises: what is here is on disk (PROTOCOL.md rule 26); a cut is taken only if the host may act
 * on it (rule 22); bookmark and state are forgotten together.
 */
export class HostMemory {
  readonly #host: string;
  readonly #rules: HostRules;
  readonly #acceptedInstallation: string | undefined;
  readonly #own: StreamStore<HostDeployment>;
  readonly #deployments: StreamStore<RenderedDeployment>;
  #assigned: StoredStream<HostDeployment> | undefined;
  readonly #rendered = new Map<string, StoredStream<RenderedDeployment>>();
  readonly #damages: string[] = [];
  /** Saves that are still to be made; always empty while the rule is on. */
  #unsaved: (() => Promise<void>)[] = [];

  private constructor(
    host: string,
    own: StreamStore<HostDeployment>,
    deployments: StreamStore<RenderedDeployment>,
    acceptedInstallation: string | undefined,
    rules: HostRules,
  ) {
    this.#host = host;
    this.#own = own;
    this.#deployments = deployments;
    this.#acceptedInstallation = acceptedInstallation;
    this.#rules = rules;
  }

  static async open(
    disk: Disk,
    stateFolder: string,
    host: string,
    acceptedInstallation: string | undefined,
    rules: HostRules = HOST_RULES,
  ): Promise<HostMemory> {
    const own = await StreamStore.open(disk, stateFolder, readHostDeployment);
    const deployments = await StreamStore.open(disk, stateFolder, readRenderedDeployment);
    const memory = new HostMemory(host, own, deployments, acceptedInstallation, rules);
    await memory.#load();
    return memory;
  }

  /** The own slice; undefined before its first verified cut. */
  get assigned(): StoredStream<HostDeployment> | undefined {
    return this.#assigned;
  }

  /**
   * Stream name → what it held at the cut that the host acts on. What is stored of another
   * installation than the own slice is not in it: its revisions mean nothing beside these.
   */
  get rendered(): ReadonlyMap<string, StoredStream<RenderedDeployment>> {
    const followed = this.#assigned?.installation;
    return new Map([...this.#rendered].filter(([, stored]) => stored.installation === followed));
  }

  /** Files that could not be believed, with why. */
  get damages(): readonly string[] {
    return this.#damages;
  }

  async storeOwn(cut: VerifiedState<HostDeployment>): Promise<"act" | "older" | "foreign"> {
    const accepted = this.#rules.acceptedOnly ? this.#acceptedInstallation : cut.installation;
    const judged = judgeCut(this.#assigned, cut, accepted);
    if (judged === "act") {
      const stored = { ...cut, stream: hostStream(this.#host) };
      await this.#save(this.#own, this.#assigned, stored);
      this.#assigned = stored;
    }
    return judged;
  }

  async storeRendered(
    stream: string,
    cut: VerifiedState<RenderedDeployment>,
  ): Promise<"act" | "older" | "foreign"> {
    // The own stream says which installation this host follows.
    if (cut.installation !== this.#assigned?.installation) return "foreign";
    const isBelowOwn = cut.revision <= this.#assigned.revision;
    if (!this.#rules.bookmarkPerStream && isBelowOwn) return "older";
    const judged = judgeCut(this.#rendered.get(stream), cut, cut.installation);
    if (judged === "act") {
      const stored = { ...cut, stream };
      await this.#save(this.#deployments, this.#rendered.get(stream), stored);
      this.#rendered.set(stream, stored);
    }
    return judged;
  }

  /** Forgets the streams of deployments that are not among these. */
  async keepOnly(streams: ReadonlySet<string>): Promise<void> {
    const gone = [...this.#rendered].filter(([stream]) => !streams.has(stream));
    for (const [stream, stored] of gone) {
      if (!this.#rules.bookmarkWithState) {
        this.#rendered.set(stream, { ...stored, state: new Map() });
        continue;
      }
      await this.#deployments.forget(stream);
      this.#rendered.delete(stream);
    }
  }

  /** What acts before it stores has to store in the end; what the disk does not take waits. */
  async saveLate(): Promise<void> {
    for (const save of this.#unsaved.splice(0)) {
      if ((await diskProblem(save)) !== null) this.#unsaved.push(save);
    }
  }

  async #save<Value>(
    store: StreamStore<Value>,
    before: StoredStream<Value> | undefined,
    stored: StoredStream<Value>,
  ): Promise<void> {
    const save = async (): Promise<void> => {
      if (!this.#rules.bookmarkInRename && before !== undefined) {
        await store.save({ ...stored, state: before.state });
      }
      await store.save(stored);
    };
    if (this.#rules.storeFirst) await save();
    else this.#unsaved.push(save);
  }

  async #load(): Promise<void> {
    const own = hostStream(this.#host);
    for (const stream of await this.#own.streams()) {
      if (stream === own) {
        const content = await this.#own.load(stream);
        if (content.kind === "stored") this.#assigned = content.stored;
        else if (content.kind === "damaged") this.#damages.push(`${stream}: ${content.reason}`);
      } else if (stream.startsWith(DEPLOYMENT_PREFIX)) {
        const content = await this.#deployments.load(stream);
        if (content.kind === "stored") this.#rendered.set(stream, content.stored);
        else if (content.kind === "damaged") this.#damages.push(`${stream}: ${content.reason}`);
      }
    }
    if (this.#rules.bookmarkWithState) return;
    for (const [stream, stored] of this.#rendered) {
      this.#rendered.set(stream, { ...stored, state: new Map() });
    }
  }
}
