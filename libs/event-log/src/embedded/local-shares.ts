import { setTimeout as sleep } from "node:timers/promises";
import type { OnShare, Share } from "../event-log.ts";
import { planShares } from "../share-plan.ts";

/** Who asks so soon after the first is counted before anything is given out: little is moved then. */
const JOIN_MS = 5;
const PLACE_DIGITS = 9;

/**
 * Divides work among those who ask within one process: its threads, as a broker does it for
 * processes. Where there is less than one partition for each, those who asked first have it.
 */
export class LocalShares {
  /** For good: a program names few, and one that all have left may still be letting go. */
  readonly #groups = new Map<string, LocalGroup>();

  share(group: string, partitions: number, on: OnShare): Share {
    let members = this.#groups.get(group);
    if (members === undefined) {
      members = new LocalGroup(partitions);
      this.#groups.set(group, members);
    }
    return members.join(on);
  }

  /** Everything is given back, and waited for. */
  async close(): Promise<void> {
    await Promise.all([...this.#groups.values()].map((group) => group.close()));
  }
}

/**
 * Those who share the same partitions. A partition is taken from one before another gets it, and
 * one change of who takes part is dealt with after the other. What the callbacks throw is not caught.
 */
class LocalGroup {
  readonly #partitions: number;
  readonly #members = new Set<Member>();
  #joined = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(partitions: number) {
    this.#partitions = partitions;
  }

  join(on: OnShare): Share {
    this.#joined += 1;
    const place = String(this.#joined).padStart(PLACE_DIGITS, "0");
    const member: Member = { member: place, on, held: [] };
    this.#members.add(member);
    void this.#enqueue(async () => {
      await sleep(JOIN_MS);
      await this.#divide();
    });
    let closed: Promise<void> | undefined;
    return { close: () => (closed ??= this.#leave(member)) };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#members].map((member) => this.#leave(member)));
    await this.#last;
  }

  async #leave(member: Member): Promise<void> {
    this.#members.delete(member);
    await this.#enqueue(() => take(member, member.held));
    void this.#enqueue(() => this.#divide());
  }

  async #divide(): Promise<void> {
    const plan = planShares(this.#partitions, [...this.#members]);
    const changes = [...this.#members].map((member) => {
      const planned = plan.get(member.member) ?? [];
      const taken = member.held.filter((at) => !planned.includes(at));
      return { member, taken, given: planned.filter((at) => !member.held.includes(at)) };
    });
    await Promise.all(changes.map(({ member, taken }) => take(member, taken)));
    await Promise.all(changes.map(({ member, given }) => this.#give(member, given)));
  }

  async #give(member: Member, partitions: readonly number[]): Promise<void> {
    // Who has left meanwhile gets nothing any more.
    if (partitions.length === 0 || !this.#members.has(member)) return;
    member.held = [...member.held, ...partitions];
    await member.on.assigned(partitions);
  }

  #enqueue(change: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(change);
    return this.#last;
  }
}

interface Member {
  readonly member: string;
  readonly on: OnShare;
  held: readonly number[];
}

async function take(member: Member, partitions: readonly number[]): Promise<void> {
  if (partitions.length === 0) return;
  member.held = member.held.filter((at) => !partitions.includes(at));
  await member.on.revoked(partitions);
}
