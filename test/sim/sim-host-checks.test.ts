import type { HostStatus } from "@titan/domain";
import { MemoryDisk } from "@titan/host-agent/testing";
import { createSimulatedLog, seededRandom } from "@titan/event-log/testing";
import { expect, test } from "vitest";
import { HostChecks } from "./sim-host-checks.ts";
import { ForeignFiles } from "./sim-host-foreign.ts";
import { HostTruth } from "./sim-host-truth.ts";
import { Truth } from "./truth.ts";

/** A host of an installation in which nothing was ever committed, with what others put on its disk. */
async function host() {
  const log = createSimulatedLog();
  await log.createTopics([
    { name: "titan.change", partitions: 1, retention: { kind: "forever" }, durability: "synced" },
  ]);
  const truths = new Map([["sim", new HostTruth(new Truth(log, { H: 1, D: 1 }), "h0")]]);
  const foreign = new ForeignFiles(seededRandom(7), "h0");
  const disk = new MemoryDisk();
  await foreign.plant(disk);
  const found: string[] = [];
  const checks = new HostChecks({
    name: "h0",
    foreign,
    truths,
    accepted: new Set(),
    onViolation: (text) => found.push(text),
  });
  return { checks, contents: disk.contents(), found };
}

const OWN = "/state/streams/titan.host.default.h0.json";

function stored(installation: string, revision: number): string {
  const stream = "titan.host.default.h0";
  return `titan stream 1 x\n${JSON.stringify({ installation, stream, revision, state: [] })}`;
}

test("what belongs to others is watched, byte for byte", async () => {
  const { checks, contents, found } = await host();
  checks.started(contents);
  expect(found).toEqual([]);
  const path = "/run/default/d0/keep.txt";
  const { [path]: _, ...after } = contents;
  checks.effect({ call: "unlink", path, before: contents, after });
  checks.started({ ...contents, "/run/keep.txt": "changed" });
  expect(found).toEqual([
    `host h0: unlink of ${path}, which is not its own`,
    "host h0: /run/keep.txt is not its own, and was changed",
  ]);
});

test("what lies outside of its folders is not to be written", async () => {
  const { checks, contents, found } = await host();
  const effect = { call: "createSynced", path: "/other/new", before: contents } as const;
  checks.effect({ ...effect, after: { ...contents, "/other/new": "" } });
  expect(found).toEqual(["host h0: createSynced of /other/new, outside of its folders"]);
});

test("a text that no revision says is noticed when it comes into place", async () => {
  const { checks, contents, found } = await host();
  const path = "/run/default/d0/app.conf";
  const after = { ...contents, [OWN]: stored("sim", 0), [path]: "refused" };
  checks.effect({ call: "rename", path, before: contents, after });
  expect(found).toEqual([`host h0: writes "refused" to ${path}, which no revision says`]);
});

test("a bookmark that goes back, and one of a cluster that nobody accepted, are noticed", async () => {
  const { checks, contents, found } = await host();
  const at = (text: string) => ({ ...contents, [OWN]: text });
  checks.started(at(stored("sim", 0)));
  expect(found).toEqual([]);
  const effect = { call: "rename", path: OWN } as const;
  checks.effect({ ...effect, before: at(stored("sim", 3)), after: at(stored("sim", 0)) });
  checks.effect({ ...effect, before: at(stored("sim", 0)), after: at(stored("other", 5)) });
  expect(found).toEqual([
    "host h0: titan.host.default.h0 goes back from 3 to 0",
    "host h0: follows other, which nobody accepted",
  ]);
});

test("a report that names another revision than the bookmark is noticed", async () => {
  const { checks, contents, found } = await host();
  const report = { installation: "sim", revision: 0, deployments: [] } as unknown as HostStatus;
  checks.reported(report, contents, false);
  expect(found).toEqual(["host h0: reports revision 0, but its bookmark is undefined"]);
});

test("a file that the last revision does not name, and one that is missing, are noticed", async () => {
  const { checks, contents, found } = await host();
  expect(checks.converged(contents, "sim", 0)).toBe(0);
  expect(found).toEqual([]);
  const { "/run/keep.txt": _, ...less } = contents;
  checks.converged({ ...less, "/run/default/d0/app.conf": "left" }, "sim", 0);
  expect(found).toEqual([
    "host h0: has undefined in /run/keep.txt, but the feed at 0 says not ours: /run/keep.txt",
    "host h0: has left in /run/default/d0/app.conf, but the feed at 0 says undefined",
  ]);
});
