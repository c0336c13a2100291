import type { Statement } from "./statement.ts";

interface Shared {
  readonly hash: bigint;
  readonly current: unknown;
}

const partitions = new Map<string, PartitionValues>();

/** Views hold what they need of these in columns. To hold the values here would be to hold them twice. */
const HELD_IN_COLUMNS: readonly string[] = ["titan.host", "titan.host-target"];

/**
 * The values in force of one partition, for the readers of it in this process: each decodes the
 * records that it reads, and all hold a value once. Equal hashes are equal values. Costs nothing
 * while there is one reader.
 */
export class SharedValues {
  readonly #id: string;
  readonly #values: PartitionValues;
  readonly #isHeld: boolean;

  private constructor(topic: string, id: string, values: PartitionValues) {
    this.#id = id;
    this.#values = values;
    this.#isHeld = !HELD_IN_COLUMNS.includes(topic);
  }

  /** For one reader, until it calls `leave`. */
  static join(topic: string, partition: number): SharedValues {
    const id = `${topic} ${partition}`;
    let values = partitions.get(id);
    if (values === undefined) partitions.set(id, (values = new PartitionValues()));
    values.readers += 1;
    return new SharedValues(topic, id, values);
  }

  /** The statement with the value that other readers hold, if they do. */
  share(statement: Statement): Statement {
    return this.#isHeld && this.#values.readers > 1 ? this.#values.share(statement) : statement;
  }

  leave(): void {
    this.#values.readers -= 1;
    if (this.#values.readers === 0) partitions.delete(this.#id);
  }
}

class PartitionValues {
  readers = 0;
  readonly #byKey = new Map<string, Shared>();

  share(statement: Statement): Statement {
    const { key, hash, current } = statement;
    const shared = this.#byKey.get(key);
    if (shared !== undefined && shared.hash === hash) {
      if (shared.current === current) return statement;
      const { revision, offset, origin } = statement;
      return { key, revision, hash, offset, origin, current: shared.current };
    }
    if (current === null) this.#byKey.delete(key);
    else this.#byKey.set(key, { hash, current });
    return statement;
  }
}
