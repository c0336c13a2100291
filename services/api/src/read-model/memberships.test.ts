import fc from "fast-check";
import { expect, test } from "vitest";
import { Memberships } from "./memberships.ts";

const HOSTS = ["default/a", "default/b", "iot/a"];
const TARGETS = ["default/t", "default/u", "iot/t"];

test("whatever hosts join and leave, a target knows its hosts", () => {
  const step = fc.record({
    host: fc.constantFrom(...HOSTS),
    targets: fc.uniqueArray(fc.constantFrom(...TARGETS)),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const memberships = new Memberships();
      const known = new Map<string, readonly string[]>();
      for (const { host, targets } of steps) {
        memberships.set(host, targets);
        known.set(host, targets);
        for (const each of HOSTS) {
          expect(memberships.targetsOf(each)).toEqual(known.get(each)?.toSorted() ?? []);
        }
        for (const target of TARGETS) {
          const hosts = HOSTS.filter((each) => known.get(each)?.includes(target));
          expect(memberships.hostsOf(target)).toEqual(hosts);
          expect(memberships.countOf(target)).toBe(hosts.length);
        }
      }
    }),
  );
});
