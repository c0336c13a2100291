import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import type { OnShare } from "../event-log.ts";
import { type CurrentHarness, HANG_MS_MAX } from "./event-log-harness.ts";

export function shareContract(current: CurrentHarness): void {
  const options = { timeout: HANG_MS_MAX };
  const all = [0, 1, 2, 3];

  /** What somebody holds, and a way to wait for it. */
  function holder(): { readonly on: OnShare; readonly held: Set<number> } & Waiting {
    const held = new Set<number>();
    const waiting = waitingList();
    const on: OnShare = {
      assigned: (partitions) => {
        for (const partition of partitions) held.add(partition);
        waiting.changed();
      },
      revoked: (partitions) => {
        for (const partition of partitions) held.delete(partition);
        waiting.changed();
      },
    };
    return { on, held, until: waiting.until, changed: waiting.changed };
  }

  test("who asks alone gets every partition, not before the call returns", options, async () => {
    const only = holder();
    const share = current().log.share(randomUUID(), all.length, only.on);
    expect([...only.held]).toEqual([]);
    await only.until(() => only.held.size === all.length);
    expect(only.held).toEqual(new Set(all));
    await share.close();
  });

  test("closing gives back what was held, and waits for it", options, async () => {
    const only = holder();
    const share = current().log.share(randomUUID(), all.length, only.on);
    await only.until(() => only.held.size === all.length);
    await share.close();
    expect([...only.held]).toEqual([]);
  });

  test("who is left gets what another gave back", options, async () => {
    const { log } = current();
    const [first, second] = [holder(), holder()];
    const group = randomUUID();
    const shares = [
      log.share(group, all.length, first.on),
      log.share(group, all.length, second.on),
    ];
    await first.until(() => first.held.size > 0);
    await second.until(() => second.held.size > 0);
    await shares[0]?.close();
    await second.until(() => second.held.size === all.length);
    expect([...first.held]).toEqual([]);
    await shares[1]?.close();
    expect([...second.held]).toEqual([]);
  });

  test("groups do not see each other", options, async () => {
    const { log } = current();
    const [first, second] = [holder(), holder()];
    const shares = [
      log.share(randomUUID(), all.length, first.on),
      log.share(randomUUID(), all.length, second.on),
    ];
    await first.until(() => first.held.size === all.length);
    await second.until(() => second.held.size === all.length);
    await Promise.all(shares.map((share) => share.close()));
  });
}

interface Waiting {
  readonly until: (isReached: () => boolean) => Promise<void>;
  readonly changed: () => void;
}

function waitingList(): Waiting {
  const resumes: (() => void)[] = [];
  return {
    changed: () => resumes.splice(0).forEach((resume) => resume()),
    until: async (isReached) => {
      while (!isReached()) await new Promise<void>((resume) => resumes.push(resume));
    },
  };
}
