import { matches } from "@titan/domain";
import { expect, test } from "vitest";
import { hostLabels, selectorOf, selectorText } from "./workload.ts";

/** What the programs in Java and Go find over the same fleet; the bench compares them when it runs. */
test("10,000 hosts have 14,915 memberships in 100 targets, by plain loops", () => {
  const selectors = Array.from({ length: 100 }, (_, at) => selectorOf(selectorText(at)));
  let memberships = 0;
  for (let at = 0; at < 10_000; at += 1) {
    const labels = hostLabels(at);
    memberships += selectors.filter((selector) => matches(selector, labels)).length;
  }
  expect(memberships).toBe(14_915);
});

test("labels and selectors of every kind are written as the other two write them", () => {
  expect(hostLabels(123_456)).toEqual({
    region: "r6",
    tier: "t1",
    site: "s68",
    env: "dev",
    managed: "yes",
    flip: "c",
    probe: "off",
  });
  expect([41, 48, 49].map(selectorText)).toEqual([
    "site=s263,tier=t7",
    "site in (s80,s348,s266),env=prod",
    "gpu,region=r4,tier=t3,site notin (s274,s380,s243)",
  ]);
});
