import { expect, test } from "vitest";
import type { AgentOptions } from "./agent-options.ts";
import type { Disk } from "./disk.ts";
import { HOST_RULES, type HostRules } from "./host-rules.ts";
import { MemoryDisk } from "./testing/memory-disk.ts";
import { assigned, rendered } from "./testing/scripted-transport.ts";
import { startAgent, turns, type StartedAgent } from "./testing/start-agent.ts";

const OWN = "titan.host.default.tim-pi";
const PROD = "titan.deployment.default.prod";

function files(disk: MemoryDisk): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(disk.contents()).filter(([path]) => path.startsWith("/run/default")),
  );
}

async function runsProd(disk: MemoryDisk, more: Partial<AgentOptions> = {}): Promise<StartedAgent> {
  const started = await startAgent(disk, more);
  const { transport } = started;
  transport.reading(OWN).says("default/prod", 10, assigned("default/prod")).mark(10);
  await turns();
  transport.reading(PROD).says("default/prod", 8, rendered("default/prod", "one")).mark(8);
  await turns();
  return started;
}

test("history 14: a host that acted on its own slice at 10 applies a deployment whose last mark is 8", async () => {
  const disk = new MemoryDisk();
  const { transport } = await runsProd(disk);
  expect(files(disk)).toEqual({ "/run/default/prod/app.conf": "one" });
  expect(transport.reports.at(-1)).toMatchObject({
    host: "tim-pi",
    revision: 10,
    deployments: [{ deployment: "default/prod", state: "deployed", digest: "one", revision: 8 }],
  });
  const { broken } = await withRules({ bookmarkPerStream: false }, () => Promise.resolve());
  expect(broken).toEqual({});
});

test("history 18: a host that loses a deployment and gets it back unchanged, by a copy that is older, runs it", async () => {
  const { kept, broken } = await withRules(
    { bookmarkWithState: false },
    async (disk, { transport }) => {
      transport.reading(OWN).says("default/prod", 11, null).mark(11);
      await turns();
      expect(files(disk)).toEqual({});
      transport.reading(OWN).says("default/prod", 12, assigned("default/prod")).mark(12);
      await turns();
      transport.reading(PROD).says("default/prod", 5, rendered("default/prod", "one")).mark(5);
      await turns();
    },
  );
  expect(kept).toEqual({ "/run/default/prod/app.conf": "one" });
  expect(broken).toEqual({});
});

test("history 13: another installation removes nothing until an operator accepts it", async () => {
  const disk = new MemoryDisk();
  const first = await runsProd(disk);
  first.transport.reading(OWN, "two").mark(3);
  await turns();
  expect(files(disk)).toEqual({ "/run/default/prod/app.conf": "one" });
  expect(first.agent.state?.problem?.code).toBe("foreign-installation");
  first.agent.stop();

  // As if there were no rule: whatever comes is accepted.
  const accepted = await startAgent(disk, { acceptedInstallation: "two" });
  expect(files(disk)).toEqual({ "/run/default/prod/app.conf": "one" });
  accepted.transport.reading(OWN, "two").mark(3);
  await turns();
  expect(files(disk)).toEqual({});
});

test("a start makes the host equal to what is stored before it hears anything", async () => {
  const disk = new MemoryDisk();
  const { agent } = await runsProd(disk);
  agent.stop();
  await disk.unlink("/run/default/prod/app.conf");
  await startAgent(disk);
  expect(files(disk)).toEqual({ "/run/default/prod/app.conf": "one" });
});

test("a record of another host, or with a hash that is not its own, breaks the reading", async () => {
  const disk = new MemoryDisk();
  const { agent, transport } = await runsProd(disk);
  const foreign = { ...assigned("default/test"), host: "default/other" };
  transport.reading(OWN).says("default/test", 11, foreign).mark(11);
  await turns();
  expect(agent.state?.problem?.code).toBe("misbehaved");
  transport.handlers.get(OWN)?.begin("one");
  transport.handlers
    .get(OWN)
    ?.record({ key: "default/prod", revision: 12, current: null, hash: 7n });
  transport.handlers.get(OWN)?.mark({ revision: 12, sum: 7n });
  await turns();
  expect(files(disk)).toEqual({ "/run/default/prod/app.conf": "one" });
});

test("a cut below the one that was acted on changes nothing", async () => {
  const disk = new MemoryDisk();
  const { transport } = await runsProd(disk);
  transport.reading(OWN).mark(9);
  await turns();
  expect(files(disk)).toEqual({ "/run/default/prod/app.conf": "one" });
});

/** Each rule, and what happens to the host without it. */
async function withRules(
  rules: Partial<HostRules>,
  play: (disk: MemoryDisk, started: StartedAgent) => Promise<void>,
) {
  const outcomes: Readonly<Record<string, string>>[] = [];
  for (const each of [HOST_RULES, { ...HOST_RULES, ...rules }]) {
    const disk = new MemoryDisk();
    await play(disk, await runsProd(disk, { rules: each }));
    outcomes.push(files(disk));
  }
  return { kept: outcomes[0], broken: outcomes[1] };
}

test("nothing is removed for being absent from a copy that is half read", async () => {
  const { kept, broken } = await withRules(
    { removeOnlyAtCuts: false },
    async (_, { transport }) => {
      // A copy that is being filled: the first of two records came, its mark did not.
      transport.reading(OWN).says("default/test", 12, assigned("default/test"));
      await turns();
    },
  );
  expect(kept).toEqual({ "/run/default/prod/app.conf": "one" });
  expect(broken).toEqual({});
});

test("a change over to a copy that labels one state differently keeps nothing that is over", async () => {
  const { kept, broken } = await withRules({ actAtCuts: false }, async (_, { transport }) => {
    // The canonical stream went one, two, one; the copy jumped from the first to the last.
    transport
      .reading(PROD)
      .says("default/prod", 8, rendered("default/prod", "one"))
      .says("default/prod", 9, rendered("default/prod", "two"))
      .mark(9);
    await turns();
    transport.reading(PROD).says("default/prod", 8, rendered("default/prod", "one")).mark(11);
    await turns();
  });
  expect(kept).toEqual({ "/run/default/prod/app.conf": "one" });
  expect(broken).toEqual({ "/run/default/prod/app.conf": "two" });
});

test("files of another incarnation do not run", async () => {
  const { kept, broken } = await withRules({ sameIncarnation: false }, async (_, { transport }) => {
    transport.reading(OWN).says("default/prod", 12, assigned("default/prod", 12)).mark(12);
    await turns();
  });
  expect(kept).toEqual({});
  expect(broken).toEqual({ "/run/default/prod/app.conf": "one" });
});

test("after a crash between storing and acting a start goes on, it does not go back", async () => {
  const after: Readonly<Record<string, string>>[] = [];
  for (const rules of [HOST_RULES, { ...HOST_RULES, storeFirst: false }]) {
    const disk = new MemoryDisk();
    const first = await runsProd(disk);
    first.agent.stop();
    const dying = await startAgent(dyingInBetween(disk), { rules });
    dying.transport.reading(PROD).says("default/prod", 9, rendered("default/prod", "two")).mark(9);
    await turns();
    await startAgent(disk);
    after.push(files(disk));
  }
  expect(after[0]).toEqual({ "/run/default/prod/app.conf": "two" });
  expect(after[1]).toEqual({ "/run/default/prod/app.conf": "one" });
});

/** A disk on which the second of two things, storing a cut and changing the host, never ends. */
function dyingInBetween(disk: MemoryDisk): Disk {
  const done = new Set<string>();
  const never = new Promise<never>(() => {});
  return new Proxy(disk, {
    get: (target, name: keyof Disk) => {
      const call = (target[name] as (...args: unknown[]) => Promise<unknown>).bind(target);
      return (...args: unknown[]): Promise<unknown> => {
        const to = String(args[1]);
        const kind = to.startsWith("/state/streams/") ? "store" : "act";
        if (name !== "rename" || !/^\/(state\/streams|run)\//.test(to)) return call(...args);
        done.add(kind);
        return done.size > 1 ? never : call(...args);
      };
    },
  });
}

test("a clock that is ten years off, either way, stops nothing", async () => {
  const tenYearsMs = 10 * 365 * 24 * 60 * 60 * 1_000;
  const disk = new MemoryDisk();
  const now = Date.UTC(2026, 10, 21);
  let offsetMs = 0;
  const clock = { now: () => now + offsetMs, sleep: () => new Promise<void>(() => {}) };
  const incarnations: string[] = [];
  for (const [at, offset] of [0, tenYearsMs, -tenYearsMs, -2 * now, 0].entries()) {
    offsetMs = offset;
    const { agent, transport } = await startAgent(disk, { clock });
    const revision = 20 + at;
    transport.reading(OWN).says("default/prod", 10, assigned("default/prod")).mark(revision);
    await turns();
    // It goes off while the agent runs, too.
    offsetMs = -offset;
    const text = `text ${at}`;
    const reading = transport.reading(PROD);
    reading.says("default/prod", revision, rendered("default/prod", text)).mark(revision);
    await turns();
    expect(files(disk)).toEqual({ "/run/default/prod/app.conf": text });
    expect(agent.state).toMatchObject({ problem: null, reported: true });
    const report = transport.reports.at(-1) as { readonly incarnation: string };
    incarnations.push(report.incarnation);
    agent.stop();
  }
  expect(incarnations).toEqual([...new Set(incarnations)].sort());
});
