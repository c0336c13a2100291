import { setTimeout as sleep } from "node:timers/promises";
import type { OnShare, Share } from "../event-log.ts";
import { planShares } from "../share-plan.ts";

/** Who asks so soon after the first is counted before anything is given out: little is moved then. */
const JOIN_MS = 5;
const PLACE_DIGITS = 9;
const MEMBERS_MAX = 10 ** PLACE_DIGITS;

/**
 * Divides work among those who ask within one process: its threads, as a broker does it for processes.
 * Where there is less than one partition for each, every second group begins with who asked last, so
 * that not one has all of that.
 */
export class LocalShares {
  readonly #groups = new Map<string, LocalGroup>();
  #made = 0;

  share(group: string, partitions: number, on: OnShare): Share {
    let members = this.#groups.get(group);
    if (members === undefined) {
      this.#made += 1;
      const isLatestFirst = this.#made % 2 === 0;
      members = new LocalGroup(partitions, isLatestFirst, () => this.#groups.delete(group));
      this.#groups.set(group, members);
    }
    return members.join(on);
  }

  /** Gives everything back, and waits for it. */
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
  readonly #isLatestFirst: boolean;
  readonly #onEmpty: () => void;
  readonly #members = new Set<Member>();
  #joined = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(partitions: number, isLatestFirst: boolean, onEmpty: () => void) {
    this.#partitions = partitions;
    this.#isLatestFirst = isLatestFirst;
    this.#onEmpty = onEmpty;
  }

  join(on: OnShare): Share {
    this.#joined += 1;
    const place = this.#isLatestFirst ? MEMBERS_MAX - this.#joined : this.#joined;
    const member: Member = { member: String(place).padStart(PLACE_DIGITS, "0"), on, held: [] };
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
  }

  async #leave(member: Member): Promise<void> {
    if (this.#members.delete(member) && this.#members.size === 0) this.#onEmpty();
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
