import { HOST_RULES } from "@titan/host-agent/testing";
import { describe, expect, test } from "vitest";
import { Cluster } from "./cluster.ts";
import type { ClusterOptions } from "./cluster-options.ts";
import { HOST_FORTUNE_NAMES, type HostFortunes } from "./sim-host-fortunes.ts";

const SEEDS = 10;

/** Nothing befalls anybody but what is named. */
function only(fortunes: Partial<HostFortunes>): Partial<HostFortunes> {
  const none = Object.fromEntries(HOST_FORTUNE_NAMES.map((name) => [name, 0]));
  return { ...none, ...fortunes };
}

const QUIET: Omit<ClusterOptions, "seed"> = {
  proposals: 20,
  stepMs: 800,
  faults: {},
  crash: 0,
  rival: 0,
  compact: 0.3,
  git: false,
  replicas: 0,
  hosts: 2,
  fortunes: only({}),
};

/** How often something happened in all histories; none may show a violation. */
async function played(name: string, options: Partial<ClusterOptions>): Promise<number> {
  let count = 0;
  for (let seed = 0; seed < SEEDS; seed += 1) {
    const { violations, faults } = await new Cluster({ ...QUIET, ...options, seed }).play();
    expect(violations, `seed ${seed}`).toEqual([]);
    count += faults[name] ?? 0;
  }
  return count;
}

describe("a host that", () => {
  test.for(HOST_FORTUNE_NAMES)("%s, and nothing else, ends where the feed says", async (name) => {
    // What makes a death harder needs deaths.
    const deaths = name === "powerCut" ? { killed: 0.3 } : {};
    const chance = name === "diesAtDisk" || name === "diesAtLog" ? 0.02 : 0.3;
    const fortunes = only({ ...deaths, [name]: chance });
    expect(await played(`host ${name}`, { fortunes })).toBeGreaterThan(0);
  });

  test.for(["away1", "away30", "away90", "away365"] as const)(
    "was %s days while all was compacted ends where the feed says",
    async (name) => {
      expect(await played(name, { [name]: 1 })).toBe(SEEDS);
    },
  );

  test.for(["replace", "restore"] as const)(
    "meets another cluster at its address (%s) removes nothing until an operator accepts it",
    async (name) => {
      expect(await played(name, { [name]: 1 })).toBe(SEEDS);
    },
  );
});

test("a host that follows whatever is there is noticed", async () => {
  const shown: string[] = [];
  for (let seed = 0; seed < SEEDS; seed += 1) {
    const options = { ...QUIET, replace: 1, seed };
    const hostRules = { ...HOST_RULES, acceptedOnly: false };
    shown.push(...(await new Cluster({ ...options, hostRules }).play()).violations);
  }
  expect(shown.filter((text) => text.includes("which nobody accepted"))).not.toEqual([]);
});
