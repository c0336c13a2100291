import fc from "fast-check";
import { expect, test } from "vitest";
import { deploymentValue, hostValue, targetValue } from "../testing/noun-builders.ts";
import { installationEvents } from "./installation.ts";
import { ProposalWindow } from "./proposal-window.ts";
import { World } from "./world.ts";

test("the installation has the workspace default and the views", () => {
  const world = new World();
  world.apply(installationEvents({ views: [{ name: "target-delta", version: 3 }] }), 1);
  expect(world.revision).toBe(1);
  expect(world.get("Workspace", "default")).toMatchObject({
    revision: 1,
    value: { createdRevision: 1 },
  });
  expect(world.get("View", "target-delta")?.value).toEqual({
    name: "target-delta",
    version: 3,
    createdRevision: 1,
  });
});

test("the users of a noun follow the deployments", () => {
  const world = new World();
  world.put("Target", "iot/target", targetValue("iot/target", "a"), 2);
  world.put("Deployment", "iot/a", deploymentValue("iot/a"), 3);
  world.put("Deployment", "iot/b", deploymentValue("iot/b"), 4);
  expect([...world.usersOf("Target", "iot/target")]).toEqual(["iot/a", "iot/b"]);
  world.put("Deployment", "iot/a", deploymentValue("iot/a", {}, { target: "iot/other" }), 5);
  world.put("Deployment", "iot/b", null, 6);
  expect([...world.usersOf("Target", "iot/target")]).toEqual([]);
  expect([...world.usersOf("Target", "iot/other")]).toEqual(["iot/a"]);
});

test("the objects of a workspace are known by kind", () => {
  const world = new World();
  world.put("Host", "iot/a", hostValue("iot/a"), 2);
  world.put("Host", "default/a", hostValue("a"), 2);
  expect([...world.objectsIn("iot", "Host")]).toEqual(["iot/a"]);
  world.put("Host", "iot/a", null, 3);
  expect([...world.objectsIn("iot", "Host")]).toEqual([]);
  expect(world.count("Host")).toBe(1);
});

test("a proposal window remembers exactly the last ids", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.nat(40), (size, last) => {
      const window = new ProposalWindow(size);
      for (let revision = 1; revision <= last; revision++) window.add(`id-${revision}`, revision);
      expect(window.oldestRevision).toBe(last === 0 ? 0 : Math.max(1, last - size + 1));
      for (let revision = 1; revision <= last; revision++) {
        const isKnown = revision > last - size;
        expect(window.has(`id-${revision}`)).toBe(isKnown);
        expect(window.firstVerdict(`id-${revision}`)).toBe(isKnown ? revision : undefined);
      }
    }),
  );
});

test("a window may begin at any revision, and says whose outcome is unknown", () => {
  const window = new ProposalWindow(3);
  for (let revision = 10; revision <= 15; revision++) window.add(`id-${revision}`, revision);
  expect(window.oldestRevision).toBe(13);
  // Made when 12 was the newest: its commit, if there is one, is 13 or later.
  expect(window.covers(12)).toBe(true);
  expect(window.covers(11)).toBe(false);
});
