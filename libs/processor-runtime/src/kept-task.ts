import { readFileSync } from "node:fs";
import { LoadingArchive, SavingArchive, type Archive } from "@titan/compact";
import { readSchemaIds } from "@titan/schema-codec";
import type { InputPartition, InputReader } from "./input-reader.ts";
import type { Output } from "./output.ts";
import type { Snapshots } from "./snapshots.ts";
import { UnusableSnapshot } from "./unusable-snapshot.ts";
import type { View } from "./view.ts";

/** Another number when any part of a task is kept in another way within a release, columns and views too. */
const FORMAT = 3;
/** What is kept is good for the release that kept it: another may hold the same in another way. */
const RELEASE = `release ${release()}, schemas ${Math.max(...readSchemaIds().map(({ id }) => id))}`;

/** What a task consists of while it runs. */
export interface TaskParts<State, Value> {
  readonly reader: InputReader;
  readonly state: State;
  readonly output: Output<Value>;
}

/** Keeps a task's parts together, at one cut, and gives them back. */
export class KeptTask<State, Value> {
  readonly #name: string;
  readonly #view: View<State, Value>;
  readonly #snapshots: Snapshots;
  /** What is kept is good for a task of the same view, version and inputs alone. */
  readonly #identity: string;

  constructor(
    name: string,
    view: View<State, Value>,
    inputs: readonly InputPartition[],
    snapshots: Snapshots,
  ) {
    this.#name = name;
    this.#view = view;
    this.#snapshots = snapshots;
    const places = inputs.map(({ topic, partition }) => `${topic} ${partition}`);
    this.#identity = [FORMAT, RELEASE, view.name, view.version, ...places].join(", ");
  }

  /** What was kept of a task like this one; undefined when nothing was, or of another one. */
  async read(): Promise<Archive | undefined> {
    if (this.#view.keepIn === undefined) return undefined;
    const bytes = await this.#snapshots.read(this.#name);
    if (bytes === undefined) return undefined;
    const archive = new LoadingArchive(bytes);
    return archive.json(this.#identity) === this.#identity ? archive : undefined;
  }

  /**
   * Makes new parts what those were that were kept. Throws `UnusableSnapshot` when that can not be:
   * other code has kept them in another way.
   */
  load(archive: Archive, parts: TaskParts<State, Value>): void {
    try {
      this.#keepIn(archive, parts);
    } catch (error) {
      throw new UnusableSnapshot(`it was kept in another way: ${String(error)}`);
    }
  }

  /** Keeps the parts if it pays and if they are at rest; they do not move meanwhile. */
  async saveIfDue(parts: TaskParts<State, Value>): Promise<void> {
    const { reader, output } = parts;
    const keys = reader.folds.reduce((sum, fold) => sum + fold.size, 0);
    if (this.#view.keepIn === undefined || output.isAtRest !== true) return;
    const records = reader.recordsRead + (output.sinceKept ?? 0);
    if (!this.#snapshots.isDue(this.#name, records, keys) || !reader.isAtRest) return;
    const archive = new SavingArchive();
    archive.json(this.#identity);
    this.#keepIn(archive, parts);
    const written = this.#snapshots.write(this.#name, archive.pieces());
    reader.hold(written);
    await written;
  }

  /** The next `read` answers nothing, until something is saved. */
  async forget(): Promise<void> {
    await this.#snapshots.forget(this.#name);
  }

  /** The output comes last: it loads its part when it is brought up to date. */
  #keepIn(archive: Archive, { reader, state, output }: TaskParts<State, Value>): void {
    reader.keepIn(archive);
    this.#view.keepIn?.(state, archive);
    output.keepIn?.(archive);
  }
}

function release(): string {
  const file = new URL("../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { readonly version: string }).version;
}
