import { integerBelow } from "@titan/event-log/testing";
import type { Snapshots } from "@titan/processor-runtime";
import type { ClusterFaults } from "./cluster-faults.ts";

const KEPT_MAX = 4;

/**
 * The folder in which all owners of all roles keep what they hold, one after the other and beside
 * each other. Also those of another installation, or of a restored log: nobody empties it.
 */
export class SimSnapshots implements Snapshots {
  readonly #faults: ClusterFaults;
  readonly #kept = new Map<string, ArrayBuffer[]>();

  constructor(faults: ClusterFaults) {
    this.#faults = faults;
  }

  read(task: string): Promise<ArrayBuffer | undefined> {
    const kept = this.#kept.get(task) ?? [];
    if (kept.length < 2 || !this.#faults.strikes("olderSnapshot"))
      return Promise.resolve(kept.at(-1)?.slice());
    this.#faults.count("olderSnapshot");
    const random = this.#faults.random("olderSnapshot");
    return Promise.resolve(kept[integerBelow(random, kept.length - 1)]?.slice());
  }

  write(task: string, pieces: Iterable<Uint8Array>): Promise<void> {
    const kept = this.#kept.get(task) ?? [];
    this.#kept.set(task, kept);
    this.#faults.count("snapshot");
    kept.push(new Uint8Array(Buffer.concat([...pieces])).buffer);
    if (kept.length > KEPT_MAX) kept.shift();
    return Promise.resolve();
  }

  forget(task: string): Promise<void> {
    this.#kept.delete(task);
    return Promise.resolve();
  }

  isDue(): boolean {
    return this.#faults.strikes("snapshot");
  }
}
