import { NOUN_KINDS, splitKey, type Installation } from "@titan/domain";
import { integerBelow, type Random } from "@titan/event-log/testing";
import { DERIVED_STREAMS, isStored } from "../../services/api/src/read-model/derived-stream.ts";
import { ALL_KEYS } from "../../services/api/src/read-model/key-ranges.ts";
import { ReadModel } from "../../services/api/src/read-model/read-model.ts";
import { jsonNoun } from "../../services/api/src/read-model/stored-value.ts";
import { canonical } from "./canonical.ts";
import { COUNTS, type SimProcess, type SimWorld } from "./sim-world.ts";

/** With this chance an earlier revision is asked about too. */
const EARLIER = 0.3;
/** Of all revisions every so manieth is asked about in the end. */
const EVERY = 4;

interface Running {
  readonly process: SimProcess;
  readonly model: Promise<ReadModel>;
}

/**
 * One replica of the API's read model, on SQLite in memory: started and killed at any time. At every
 * revision that it shows, what it holds is the truth, and what it says of earlier ones stays so.
 */
export class SimReplica {
  readonly #world: SimWorld;
  readonly #name: string;
  readonly #random: Random;
  #running: Running | undefined;
  #open: ReadModel | undefined;
  #compared = 0;

  constructor(world: SimWorld, name: string) {
    this.#world = world;
    this.#name = name;
    this.#random = world.random(name);
  }

  /** How many states were compared with the truth. */
  get compared(): number {
    return this.#compared;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  start(): void {
    const process = this.#world.process(this.#name, () => this.#died());
    const model = this.#openModel(process);
    this.#running = { process, model };
    model.catch((error: unknown) => this.#world.violation(`${this.#name}: ${String(error)}`));
  }

  kill(): void {
    this.#running?.process.client.kill();
    this.#died();
  }

  /** What it holds after everything has come to rest. */
  async expect(revision: number): Promise<void> {
    const model = await this.#running?.model;
    if (model === undefined) return;
    const { nouns, derived } = model;
    if (nouns.revision !== revision || derived.cut !== revision) {
      const at = `${nouns.revision} and ${derived.cut}`;
      this.#world.violation(`${this.#name} is at ${at} of ${revision}`);
      return;
    }
    for (let at = derived.historyFrom; at <= revision; at += EVERY) this.#compareDerived(model, at);
    for (let at = 1; at <= revision; at += EVERY) this.#compareNouns(model, at);
  }

  #died(): void {
    void this.#open?.close();
    this.#open = undefined;
    this.#running = undefined;
  }

  async #openModel({ log, clock, client }: SimProcess): Promise<ReadModel> {
    const installation: Installation = { id: this.#world.installation, ...COUNTS };
    const isAlive = (): boolean => this.#running?.process.client === client;
    const onError = (error: Error): void => {
      if (isAlive()) this.#world.violation(`${this.#name}: ${String(error)}`);
    };
    const model = await ReadModel.open({ log, clock, installation, path: ":memory:", onError });
    if (!isAlive()) {
      void model.close();
      return model;
    }
    this.#open = model;
    model.nouns.listen(({ revision }) => {
      this.#believed("nouns", revision);
      this.#compareNouns(model, revision);
      if (this.#random() < EARLIER) {
        this.#compareNouns(model, 1 + integerBelow(this.#random, revision));
      }
    });
    model.derived.listen(({ cut }) => {
      this.#believed("derived", cut);
      this.#compareDerived(model, cut);
      if (this.#random() >= EARLIER) return;
      const from = model.derived.historyFrom;
      this.#compareDerived(model, from + integerBelow(this.#random, cut - from + 1));
    });
    return model;
  }

  #believed(what: string, revision: number): void {
    this.#world.trace.add(`${this.#name} shows ${what} at ${revision}`);
  }

  #compareNouns({ nouns }: ReadModel, revision: number): void {
    for (const kind of NOUN_KINDS) {
      const found = new Map<string, unknown>();
      for (const { key, value } of nouns.nouns.versionsAt(kind, ALL_KEYS, revision)) {
        found.set(key, jsonNoun(kind, value));
      }
      this.#compare(`titan.${kind.toLowerCase()}`, revision, found);
    }
  }

  #compareDerived({ derived }: ReadModel, revision: number): void {
    // Between two cuts the file shows the lower one; only what was a cut can be compared.
    if (derived.store.cutAtOrBelow(revision) !== revision) return;
    for (const stream of DERIVED_STREAMS) {
      const found = new Map<string, unknown>();
      if (!isStored(stream)) {
        // Of these only the present ones are kept, and in an order of their own.
        if (revision !== derived.cut) continue;
        for (const key of derived.store.hostsWithTargets()) {
          const { workspace, name: host } = splitKey(key);
          found.set(key, { workspace, host, targets: derived.store.targetsOfHost(key) });
        }
        this.#compare(stream, revision, found, withSortedTargets);
        continue;
      }
      for (const { key, value } of derived.store.inRange(
        stream,
        ALL_KEYS.from,
        ALL_KEYS.to,
        revision,
      )) {
        found.set(key, JSON.parse(value));
      }
      this.#compare(stream, revision, found);
    }
  }

  #compare(
    stream: string,
    revision: number,
    found: ReadonlyMap<string, unknown>,
    shown = (text: string): string => text,
  ): void {
    this.#compared += 1;
    const expected = shown(this.#world.truth.wholeTextAt(revision, stream));
    const text = canonical(found);
    if (text === expected) return;
    this.#world.violation(
      `${this.#name} shows ${stream} at ${revision} as ${text}, but it is ${expected}`,
    );
  }
}

function withSortedTargets(text: string): string {
  const records = JSON.parse(text) as readonly [string, { readonly targets: readonly string[] }][];
  return canonical(
    new Map(
      records.map(
        ([key, value]) => [key, { ...value, targets: value.targets.toSorted() }] as const,
      ),
    ),
  );
}
