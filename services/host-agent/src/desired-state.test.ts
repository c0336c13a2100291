import { bindFiles, type HostDeployment, type RenderedDeployment } from "@titan/domain";
import { expect, test } from "vitest";
import { desiredFiles } from "./desired-files.ts";
import { type Decision, decideDeployments, type HostKnowledge } from "./desired-state.ts";

const NAME = "iot/prod";

const assigned = (createdRevision: number): HostDeployment => ({
  host: "default/tim-pi",
  hostCreatedRevision: 1,
  deployment: NAME,
  createdRevision,
  stream: "titan.deployment.iot.prod",
  hostLabels: { site: "lab" },
});

const rendered = (createdRevision: number, label = "site"): RenderedDeployment => ({
  deployment: NAME,
  createdRevision,
  digest: `d${createdRevision}`,
  hostLabels: [label],
  files: [
    {
      path: "a",
      executable: false,
      bytes: null,
      pieces: [
        { text: "at ", label: null, hostName: false },
        { text: null, label, hostName: false },
        { text: null, label: null, hostName: true },
      ],
    },
  ],
  problem: null,
});

interface Case {
  /** Incarnation in the host's slice; absent: not in it; null: the slice is not read yet. */
  readonly slice?: number | null;
  /** What the deployment's stream holds; absent: not read yet; null: nothing. */
  readonly stream?: RenderedDeployment | null;
  /** Incarnation that runs. */
  readonly runs?: number;
}

function decide({ slice, stream, runs }: Case): Decision | undefined {
  const knowledge: HostKnowledge = {
    assigned: slice === null ? null : new Map(slice === undefined ? [] : [[NAME, assigned(slice)]]),
    rendered: new Map(stream === undefined ? [] : [[NAME, stream]]),
    running: new Map(runs === undefined ? [] : [[NAME, { createdRevision: runs, digest: "old" }]]),
  };
  return decideDeployments(knowledge, bindFiles).get(NAME);
}

test("files of the incarnation that the slice names run, with the host's values", () => {
  const decision = decide({ slice: 5, stream: rendered(5) });
  expect(decision).toMatchObject({ kind: "run", running: { createdRevision: 5, digest: "d5" } });
  const [file] = decision?.kind === "run" ? decision.files : [];
  expect(Buffer.from(file?.bytes ?? []).toString()).toBe("at labtim-pi");
  expect(decide({ slice: 5, stream: rendered(5), runs: 3 })).toEqual(decision);
});

test("what the slice no longer has is removed, whatever its stream says", () => {
  expect(decide({ stream: rendered(5), runs: 5 })).toEqual({ kind: "remove" });
  expect(decide({ stream: null, runs: 5 })).toEqual({ kind: "remove" });
  expect(decide({ runs: 5 })).toEqual({ kind: "remove" });
});

test.each([
  ["the slice is not read yet", { slice: null, stream: null }, "host-unread"],
  ["its stream is not read yet", { slice: 5 }, "stream-unread"],
  ["its stream has nothing", { slice: 5, stream: null }, "stream-behind"],
  ["its stream has an earlier incarnation", { slice: 5, stream: rendered(3) }, "stream-behind"],
  ["its stream has a later incarnation", { slice: 5, stream: rendered(9) }, "stream-ahead"],
] as const)("while %s, what runs stays and nothing else begins", (_, knowledge, reason) => {
  expect(decide({ ...knowledge, runs: 5 })).toEqual({ kind: "wait", reason, stays: true });
  if (knowledge.slice === null) return;
  expect(decide(knowledge)).toEqual({ kind: "wait", reason, stays: false });
});

test("another incarnation than the slice names goes at once, its successor comes when it can", () => {
  for (const stream of [null, rendered(3), rendered(9)]) {
    expect(decide({ slice: 5, stream, runs: 3 })).toMatchObject({ kind: "wait", stays: false });
  }
});

test("what can not be rendered or bound keeps the last good state and says why", () => {
  const problem = { code: "too-large", detail: "x", pointer: "/files" };
  const broken = { ...rendered(5), files: [], problem };
  expect(decide({ slice: 5, stream: broken, runs: 5 })).toEqual({
    kind: "failed",
    problem,
    stays: true,
  });
  expect(decide({ slice: 5, stream: broken, runs: 3 })).toMatchObject({ stays: false });
  expect(decide({ slice: 5, stream: rendered(5, "rack"), runs: 5 })).toMatchObject({
    kind: "failed",
    problem: { code: "host-label-missing" },
    stays: true,
  });
});

test("before the slice is read nothing is removed, and nothing that does not run is decided", () => {
  expect(decide({ slice: null, stream: rendered(5) })).toBeUndefined();
});

test("the driver is told to keep what stays, to write what runs, and nothing of the rest", () => {
  const stays = { kind: "wait", reason: "stream-ahead", stays: true } as const;
  const problem = { code: "c", detail: "", pointer: "" };
  const running = { createdRevision: 5, digest: "d" };
  const decisions = new Map<string, Decision>([
    ["w/run", { kind: "run", files: [], running }],
    ["w/stays", stays],
    ["w/goes", { ...stays, stays: false }],
    ["w/bad", { kind: "failed", problem, stays: true }],
    ["w/removed", { kind: "remove" }],
  ]);
  expect(desiredFiles(decisions)).toEqual(
    new Map([
      ["w/run", { kind: "files", files: [], running }],
      ["w/stays", { kind: "keep" }],
      ["w/bad", { kind: "keep" }],
    ]),
  );
});
