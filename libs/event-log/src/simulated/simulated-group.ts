import type { OnShare } from "../event-log.ts";
import { type Simulation, soon } from "./simulation.ts";

/** One who asked for a share. What it holds is what it was told that it holds. */
export class GroupMember {
  readonly partitions: number;
  readonly on: OnShare;
  readonly held = new Set<number>();
  /** Held beside another owner until the end, by a fault. */
  readonly kept = new Set<number>();
  isBusy = false;
  isLeaving = false;
  isDead = false;
  readonly #left = Promise.withResolvers<void>();

  constructor(partitions: number, on: OnShare) {
    this.partitions = partitions;
    this.on = on;
  }

  get whenLeft(): Promise<void> {
    return this.#left.promise;
  }

  left(): void {
    this.#left.resolve();
  }
}

/**
 * Gives every partition to one live member, in turn. On each change: first those who lose are
 * told, and when they have answered, those who gain. With faults a partition has several owners
 * for a while, or for good.
 */
export class SimulatedGroup {
  readonly #simulation: Simulation;
  #members: GroupMember[] = [];

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  join(member: GroupMember): void {
    this.#members.push(member);
    this.#reconcileSoon();
  }

  leave(member: GroupMember): void {
    member.isLeaving = true;
    this.#reconcileSoon();
  }

  /** Others learn of it when its session has timed out; it is told nothing. */
  died(member: GroupMember): void {
    member.isDead = true;
    soon(this.#simulation, this.#simulation.timing.sessionMs, () => {
      this.#members = this.#members.filter((other) => other !== member);
      this.#reconcileSoon();
    });
  }

  /** From now on everybody holds only what is its own. */
  heal(): void {
    for (const member of this.#members) member.kept.clear();
    this.#reconcileSoon();
  }

  #reconcileSoon(): void {
    soon(this.#simulation, this.#simulation.timing.answerMs, () => this.#reconcile());
  }

  /** Asks for the next change of everybody who is not in one; each brings the next reconciling. */
  #reconcile(): void {
    const staying = this.#members.filter((member) => !member.isLeaving);
    for (const member of this.#members) {
      if (member.isBusy) continue;
      const lost = [...member.held].filter((partition) => this.#isLost(member, partition, staying));
      const gained = member.isLeaving ? [] : this.#gained(member, staying);
      if (lost.length > 0) this.#revoke(member, lost);
      else if (gained.length > 0) this.#assign(member, gained);
      else if (member.isLeaving) this.#remove(member);
    }
  }

  #isLost(member: GroupMember, partition: number, staying: readonly GroupMember[]): boolean {
    if (member.isLeaving) return true;
    if (ownerOf(partition, staying) === member || member.kept.has(partition)) return false;
    if (!this.#simulation.faults.strikes("severalOwners")) return true;
    member.kept.add(partition);
    // It keeps the partition without a word; the new owner need not wait for it.
    this.#reconcileSoon();
    return false;
  }

  #gained(member: GroupMember, staying: readonly GroupMember[]): readonly number[] {
    const gained: number[] = [];
    for (let partition = 0; partition < member.partitions; partition += 1) {
      if (member.held.has(partition) || ownerOf(partition, staying) !== member) continue;
      const holders = this.#members.filter(
        (other) => other.held.has(partition) && !other.kept.has(partition),
      );
      if (holders.length === 0) gained.push(partition);
    }
    return gained;
  }

  #revoke(member: GroupMember, partitions: readonly number[]): void {
    member.isBusy = true;
    const isLate = this.#simulation.faults.strikes("lateRevocation");
    // A late one does not hold up the new owner: both work for a while.
    if (isLate) for (const partition of partitions) member.kept.add(partition);
    if (isLate) this.#reconcileSoon();
    const { lateMs, answerMs } = this.#simulation.timing;
    soon(this.#simulation, isLate ? lateMs : answerMs, () => {
      void this.#tell(member, async () => {
        await member.on.revoked(partitions);
        for (const partition of partitions) {
          member.held.delete(partition);
          member.kept.delete(partition);
        }
      });
    });
  }

  #assign(member: GroupMember, partitions: readonly number[]): void {
    member.isBusy = true;
    for (const partition of partitions) member.held.add(partition);
    soon(this.#simulation, this.#simulation.timing.answerMs, () => {
      void this.#tell(member, async () => member.on.assigned(partitions));
    });
  }

  async #tell(member: GroupMember, call: () => Promise<void>): Promise<void> {
    if (member.isDead) return;
    await call();
    member.isBusy = false;
    this.#reconcileSoon();
  }

  #remove(member: GroupMember): void {
    this.#members = this.#members.filter((other) => other !== member);
    member.left();
    this.#reconcileSoon();
  }
}

function ownerOf(partition: number, members: readonly GroupMember[]): GroupMember | undefined {
  return members[partition % members.length];
}
