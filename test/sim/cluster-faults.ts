import type { Random } from "@titan/event-log/testing";

/** What befalls processes and the cluster, besides the faults of the log. */
export const CLUSTER_FAULT_NAMES = [
  /** An owner is killed. Per owner's role and proposal. */
  "crash",
  /** A role has no owner at all for some proposals. Per proposal. */
  "outage",
  /** An owner dies at a call of the log or the clock, before its effect or after. Per call. */
  "crashAtCall",
  /** So does the one that follows it, while it recovers. Per call. */
  "crashAgain",
  /** An owner is started beside another. Per role and proposal. */
  "rival",
  /** Three live owners of everything at once. Per proposal. */
  "crowd",
  /** An owner or a reader stands still while others go on and compaction passes it. Per proposal. */
  "pause",
  /** Compaction of everything, with any lag. Per proposal. */
  "compact",
  /** Proposals go as soon as they may: decided, and no longer among the known ids. Per proposal. */
  "retention",
  /** The log has no room for a while. Per proposal. */
  "fullDisk",
  /** The clock of a process jumps by ten years, either way. Per owner and proposal. */
  "clockJump",
  /** A change is sent again, the same bytes. Per proposal. */
  "repeat",
  /** Bytes that are no proposal lie among the proposals. Per proposal. */
  "poison",
  /** Another version of a view is put in force. Per proposal. */
  "activate",
  /** Behind the same address is another installation. Per history. */
  "replace",
  /** The log is restored from an older backup, which has a new installation id. Per history. */
  "restore",
  /** A host is away so long, and everything that time takes is taken. Per history. */
  "away1",
  "away30",
  "away90",
  "away365",
  /** Others push to the Git repository, beside our part or inside it. Per proposal. */
  "foreignPush",
  /** A call of the Git repository fails. Per call. */
  "gitFailure",
  /** A read model dies or is started. Per read model and proposal. */
  "replicaCrash",
  /** An owner keeps what it holds, for whoever starts after it. Per rest of an owner. */
  "snapshot",
  /** Whoever starts finds not the last that was kept, but one before it. Per start of an owner. */
  "olderSnapshot",
] as const;

export type ClusterFaultName = (typeof CLUSTER_FAULT_NAMES)[number];
export type ClusterChances = { readonly [Name in ClusterFaultName]?: number };

/**
 * Decides whether something befalls the cluster, and counts what did. Each fault has chance of its
 * own from the seed: when one is switched off, the others stay as they were.
 */
export class ClusterFaults {
  readonly #chances: ClusterChances;
  readonly #randoms = new Map<ClusterFaultName, Random>();
  readonly #randomOf: (name: string) => Random;
  readonly #counts = new Map<string, number>();
  #healed = false;

  constructor(chances: ClusterChances, randomOf: (name: string) => Random) {
    this.#chances = chances;
    this.#randomOf = randomOf;
  }

  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  /** The chance of a fault, for who decides about it in parts. */
  random(name: ClusterFaultName): Random {
    let random = this.#randoms.get(name);
    if (random === undefined) this.#randoms.set(name, (random = this.#randomOf(name)));
    return random;
  }

  /** Whether it happens; whoever asks makes it happen, and says so with `count`. */
  strikes(name: ClusterFaultName): boolean {
    const chance = this.#healed ? 0 : (this.#chances[name] ?? 0);
    return chance > 0 && this.random(name)() < chance;
  }

  count(name: ClusterFaultName): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  heal(): void {
    this.#healed = true;
  }
}
