import type { Installation } from "@titan/domain";
import type { EventLog } from "@titan/event-log";
import { CHANGE_TOPIC, commitAt, type Clock } from "@titan/processor-runtime";
import { DerivedFold } from "./derived-fold.ts";
import { NounFold } from "./noun-fold.ts";
import { ObservationFold } from "./observation-fold.ts";
import { PlacementStore } from "./placement-store.ts";
import { ReadModelFile } from "./read-model-file.ts";

export interface ReadModelOptions {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly installation: Installation;
  /** The SQLite file, or `:memory:`. */
  readonly path: string;
  /** A fold can not go on: what it answers would grow old. */
  onError(error: Error): void;
}

/**
 * What this replica of the API answers from: nouns with all versions, derived records with the
 * versions since `historyFrom`, observations; each a fold with a cut of its own.
 */
export class ReadModel {
  readonly nouns: NounFold;
  readonly derived: DerivedFold;
  readonly observations: ObservationFold;
  readonly placements: PlacementStore;
  readonly #file: ReadModelFile;
  #failure: Error | undefined;

  private constructor(options: ReadModelOptions, file: ReadModelFile) {
    const { log, clock, installation } = options;
    this.#file = file;
    this.nouns = new NounFold(file, log);
    this.derived = new DerivedFold(file, log, clock, installation);
    this.observations = new ObservationFold(file, log, installation);
    this.placements = new PlacementStore(file.database);
  }

  /** Begins to fold; it answers from what the file held until then. */
  static async open(options: ReadModelOptions): Promise<ReadModel> {
    const { log, installation, path } = options;
    let file = ReadModelFile.open(path, installation.id);
    if (!(await isOfThisHistory(file, log))) file = file.discard();
    const model = new ReadModel(options, file);
    const onError = (error: Error): void => {
      model.#failure ??= error;
      options.onError(error);
    };
    await model.nouns.start(onError);
    await model.observations.start(onError);
    await model.derived.start(onError);
    return model;
  }

  /** Why a fold stopped. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Whether each fold has caught up once with what was there when it began. */
  get ready(): boolean {
    return (
      this.#failure === undefined &&
      this.nouns.caughtUp &&
      this.observations.caughtUp &&
      this.derived.cut !== undefined
    );
  }

  /** Nothing that is waited for will come any more. */
  endWaits(): void {
    this.nouns.waiters.close();
    this.nouns.verdicts.close();
    this.derived.waiters.close();
  }

  async close(): Promise<void> {
    await Promise.all([this.nouns.close(), this.derived.close(), this.observations.close()]);
    this.#file.close();
  }
}

/**
 * Whether the log still holds the last commit of the file where the file says: a log that was
 * restored, or another cluster with a copy of it, has other commits, or has them elsewhere.
 */
async function isOfThisHistory(file: ReadModelFile, log: EventLog): Promise<boolean> {
  const position = file.getNumber("commit-position");
  if (position === undefined) return true;
  const { end } = await log.bounds(CHANGE_TOPIC, 0);
  if ((file.getNumber("change-next") ?? 0) > end) return false;
  return (await commitAt(log, position))?.id === file.get("commit");
}
