import type { EventLog, OnShare } from "@titan/event-log";
import { expect, test } from "vitest";
import { WorkShares } from "./shared-work.ts";
import type { SharedWork, Work } from "./work.ts";

/** A log that assigns and revokes what the test says. */
function sharing(): { log: EventLog; on: OnShare[]; closed: string[] } {
  const on: OnShare[] = [];
  const closed: string[] = [];
  const share = (group: string, _: number, callbacks: OnShare) => {
    on.push(callbacks);
    const close = (): Promise<void> => {
      closed.push(group);
      return Promise.resolve();
    };
    return { close };
  };
  return { log: { share } as unknown as EventLog, on, closed };
}

function kind(said: string[], failing?: Error): SharedWork {
  const make = (at: number): Work => {
    let end = (): void => {};
    return {
      name: "w",
      run: async () => {
        said.push(`run ${at}`);
        if (failing !== undefined) throw failing;
        await new Promise<void>((resolve) => {
          end = resolve;
        });
        // Ending takes a while: what is under way is written first.
        await new Promise(setImmediate);
        said.push(`ended ${at}`);
      },
      stop: () => {
        said.push(`stop ${at}`);
        end();
      },
    };
  };
  return { group: "g", count: 3, make };
}

test("what is assigned runs, and what is revoked has ended before the revocation is answered", async () => {
  const { log, on } = sharing();
  const said: string[] = [];
  const shares = new WorkShares(log, [kind(said)], (error) => expect(error).toBeUndefined());
  await on[0]?.assigned([0, 2]);
  expect(said).toEqual(["run 0", "run 2"]);
  await on[0]?.revoked([2]);
  expect(said.slice(2)).toEqual(["stop 2", "ended 2"]);
  await shares.close();
  expect(said.slice(4)).toEqual(["stop 0", "ended 0"]);
});

test("closing gives every share back", async () => {
  const { log, closed } = sharing();
  const kinds = [kind([]), { ...kind([]), group: "other" }];
  await new WorkShares(log, kinds, () => {}).close();
  expect(closed).toEqual(["g", "other"]);
});

test("work that fails is told as a bug", async () => {
  const { log, on } = sharing();
  const bugs: unknown[] = [];
  const failure = new Error("must not be");
  const shares = new WorkShares(log, [kind([], failure)], (error) => bugs.push(error));
  await on[0]?.assigned([1]);
  await shares.close();
  expect(bugs).toEqual([failure]);
});
