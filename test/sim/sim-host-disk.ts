import { DiskError, type Disk } from "@titan/host-agent";
import type { MemoryDisk } from "@titan/host-agent/testing";
import type { Random } from "@titan/event-log/testing";
import type { Clock } from "@titan/processor-runtime";
import type { Fate } from "./mortal-log.ts";

/** Something that was done to a disk: what every file held before and after it, as `contents` has it. */
export interface DiskEffect {
  readonly call: keyof Disk;
  /** The path that changed; of a rename the new one. */
  readonly path: string;
  readonly before: Readonly<Record<string, string>>;
  readonly after: Readonly<Record<string, string>>;
}

/** The process behind a disk, and how the disk is at the moment. */
export interface DiskConditions {
  readonly clock: Clock;
  readonly random: Random;
  isAlive(): boolean;
  fate(): Fate;
  die(): void;
  /** No room for new bytes or folders. */
  isFull(): boolean;
  /** The longest that a call takes. */
  slowMs(): number;
  onEffect(effect: DiskEffect): void;
}

const EFFECTS: readonly (keyof Disk)[] = [
  "createSynced",
  "rename",
  "unlink",
  "makeFolder",
  "removeFolder",
];
const NEEDS_ROOM: readonly (keyof Disk)[] = ["createSynced", "makeFolder"];

type Call = (...args: unknown[]) => Promise<unknown>;

/**
 * The disk as a process sees it: calls take time and never come back once the process is dead; any
 * may be its last, before its effect, within it, or after it; new bytes need room.
 */
export function mortalDisk(disk: MemoryDisk, conditions: DiskConditions): Disk {
  return new Proxy(disk, {
    get: (target, name: keyof Disk) => {
      const call = (target[name] as Call).bind(target);
      return (...args: unknown[]) => callOnce(target, name, call, args, conditions);
    },
  });
}

async function callOnce(
  disk: MemoryDisk,
  name: keyof Disk,
  call: Call,
  args: readonly unknown[],
  conditions: DiskConditions,
): Promise<unknown> {
  const { clock, random } = conditions;
  const slowMs = conditions.slowMs();
  if (slowMs > 0) await clock.sleep(random() * slowMs);
  const fate = conditions.isAlive() ? conditions.fate() : "dies-before";
  if (fate === "dies-before") {
    if (conditions.isAlive() && name === "createSynced" && random() < 0.5) await tear(disk, args);
    conditions.die();
    return never();
  }
  if (NEEDS_ROOM.includes(name) && conditions.isFull()) {
    if (name === "createSynced" && random() < 0.5) await tear(disk, args);
    throw new DiskError("disk-full", String(args[0]));
  }
  const isEffect = EFFECTS.includes(name);
  const before = isEffect ? disk.contents() : {};
  const answer = await call(...args);
  if (isEffect) {
    const path = String(args[name === "rename" ? 1 : 0]);
    conditions.onEffect({ call: name, path, before, after: disk.contents() });
  }
  if (fate === "dies-after") {
    conditions.die();
    return never();
  }
  return conditions.isAlive() ? answer : never();
}

/** The beginning of what was to be written is there. */
async function tear(disk: MemoryDisk, [path, bytes, mode]: readonly unknown[]): Promise<void> {
  const content = bytes as Uint8Array;
  const half = content.subarray(0, content.length >> 1);
  await disk.createSynced(path as string, half, mode as number).catch(ignoreDiskError);
}

function ignoreDiskError(error: unknown): void {
  if (!(error instanceof DiskError)) throw error;
}

function never(): Promise<never> {
  return new Promise(() => {});
}
