import fc from "fast-check";
import { expect, test } from "vitest";
import { HostsAndTargets } from "./hosts-and-targets.ts";

const HOSTS = ["default/a", "default/b", "iot/a"];
const TARGETS = ["default/t", "default/u", "iot/t"];
const host = fc.constantFrom(...HOSTS);

test("whatever hosts join and leave, a target knows its hosts", () => {
  const step = fc.record({ host, targets: fc.uniqueArray(fc.constantFrom(...TARGETS)) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const fleet = new HostsAndTargets();
      const known = new Map<string, readonly string[]>();
      for (const { host: key, targets } of steps) {
        const changed: string[] = [];
        fleet.putTargets(key, { targets }, (target) => changed.push(target));
        const differing = new Set(known.get(key)).symmetricDifference(new Set(targets));
        expect(changed.sort()).toEqual([...differing].sort());
        known.set(key, targets);
        for (const each of HOSTS) {
          expect(fleet.targetsOf(each).sort()).toEqual(known.get(each)?.toSorted() ?? []);
        }
        for (const target of TARGETS) {
          const hosts = HOSTS.filter((each) => known.get(each)?.includes(target));
          expect([...fleet.hostsOf(target)].sort()).toEqual(hosts);
          expect(fleet.countOf(target)).toBe(hosts.length);
          for (const each of HOSTS) {
            expect(fleet.isSelected(each, target)).toBe(hosts.includes(each));
          }
        }
      }
    }),
  );
});

test("what a host is and what selects it may come and go in any order", () => {
  const labels = fc.dictionary(fc.constantFrom("site", "tier"), fc.constantFrom("x", "y"));
  const step = fc.record({ host, labels: fc.option(labels), isSelected: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const fleet = new HostsAndTargets();
      const known = new Map<string, (typeof steps)[number] & { readonly at: number }>();
      for (const [at, each] of steps.entries()) {
        const [workspace = "", name = ""] = each.host.split("/");
        const value = each.labels && { workspace, name, labels: each.labels, description: "" };
        fleet.putHost(each.host, value && { ...value, createdRevision: at });
        fleet.putTargets(each.host, each.isSelected ? { targets: ["default/t"] } : null);
        known.set(each.host, { ...each, at });
        for (const key of HOSTS) {
          const now = known.get(key);
          const isThere = now !== undefined && now.labels !== null;
          expect(fleet.createdRevisionOf(key)).toBe(isThere ? now.at : undefined);
          expect(fleet.isSelected(key, "default/t")).toBe(now?.isSelected ?? false);
          for (const label of ["site", "tier"]) {
            expect(fleet.labelOf(key, label)).toBe(now?.labels?.[label]);
          }
        }
      }
    }),
  );
});
