import { openEmbeddedLog, type EventLog } from "@titan/event-log";
import { createSimulatedLog } from "@titan/event-log/testing";
import { Agent, GatewayTransport, LogTransport, type Transport } from "@titan/host-agent";
import { MemoryDisk } from "@titan/host-agent/testing";
import { readStatement, readToEnd, systemClock } from "@titan/processor-runtime";
import { expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import { InProcessTitan } from "./in-process-titan.ts";
import { Sandbox } from "./sandbox.ts";

const HOST = "default/one";
const MOVES = 6;
const PAGE = "/run/default/web/page.txt";

type Way = "gateway" | "direct";

/** One host whose agent is started now with this transport, now with that, on one disk. */
class MovingHost {
  readonly #log: EventLog;
  readonly #titan: InProcessTitan;
  #disk = new MemoryDisk();
  #stop: (() => Promise<void>) | undefined;
  /** What the page said after each time that files were written. */
  readonly written: string[] = [];
  /** The gateway is to have got so far. */
  minRevision = 0;
  agent: Agent | undefined;

  constructor(log: EventLog, titan: InProcessTitan) {
    this.#log = log;
    this.#titan = titan;
  }

  get page(): string | undefined {
    return this.#disk.contents()[PAGE];
  }

  async start(way: Way): Promise<void> {
    const disk = (this.#disk = this.#disk.restart());
    const agent = await Agent.open({
      host: HOST,
      disk,
      folder: "/run",
      stateFolder: "/state",
      transport: this.#transport(way),
      clock: systemClock,
      version: "test",
      onEvent: (event) => {
        if (event.kind !== "outcome") return;
        this.written.push(
          event.outcome.kind === "applied" ? (this.page ?? "") : event.outcome.kind,
        );
      },
    });
    const run = agent.run();
    this.agent = agent;
    this.#stop = async () => {
      agent.stop();
      await run;
    };
  }

  async stop(): Promise<void> {
    await this.#stop?.();
    this.#stop = undefined;
  }

  /** Until the host runs this page. */
  async runs(page: string): Promise<void> {
    await eventually(page, () => this.page === page);
  }

  #transport(way: Way): Transport {
    const source = { host: HOST, clock: systemClock, random: Math.random };
    const { url: server, token } = this.#titan;
    return way === "direct"
      ? new LogTransport({ ...source, log: this.#log })
      : new GatewayTransport({ ...source, server, token, minRevision: this.minRevision });
  }
}

const page = (n: number): string => `page ${n}\n`;

async function say(titan: InProcessTitan, n: number): Promise<number> {
  const spec = { workload: "app", template: "page", target: "lab", values: { n } };
  return titan.propose({
    action: "APPLY",
    object: { kind: "Deployment", metadata: { name: "web" }, spec },
  });
}

/** Until the deployment's topic has a cut of this revision. */
async function forwarded(log: EventLog, revision: number): Promise<void> {
  await eventually(`revision ${revision} on the deployment's topic`, async () => {
    let highest = 0;
    await readToEnd(log, "titan.deployment.default.web", 0, 0, (record) => {
      const read = readStatement(record);
      if (read.kind === "mark") highest = Math.max(highest, read.mark.revision);
    });
    return highest >= revision;
  });
}

async function furnish(titan: InProcessTitan): Promise<void> {
  const object = (kind: string, name: string, spec: object, labels: object = {}) => ({
    action: "APPLY" as const,
    object: { kind, metadata: { name, labels }, spec },
  });
  await titan.propose(
    object("Host", "one", {}, { site: "lab" }),
    object("Target", "lab", { selector: "site=lab" }),
    object("Workload", "app", {}),
    object("Template", "page", { files: { "page.txt": { text: "page {{values.n}}\n" } } }),
  );
  await say(titan, 0);
}

const logs = {
  simulated: (): EventLog => createSimulatedLog(),
  embedded: (box: Sandbox): EventLog => openEmbeddedLog({ path: box.path("log.sqlite") }),
};

test.each(["simulated", "embedded"] as const)(
  "a host on the %s log that moves from the gateway to its topics and back writes each change once",
  async (kind) => {
    await using box = new Sandbox();
    const log = logs[kind](box);
    {
      await using titan = await InProcessTitan.start(log);
      await furnish(titan);
      const host = new MovingHost(log, titan);
      let n = 0;
      const expected: string[] = [];
      for (const way of ["gateway", "direct", "gateway", "direct"] as const) {
        // What happened while it was away is one change to it.
        await host.start(way);
        await host.runs(page(n));
        expected.push(page(n));
        for (let more = 0; more < 3; more += 1) {
          n += 1;
          await say(titan, n);
          await host.runs(page(n));
          expected.push(page(n));
        }
        await host.stop();
        for (let away = 0; away < 5; away += 1) {
          host.minRevision = await say(titan, (n += 1));
          await forwarded(log, host.minRevision);
        }
      }
      await host.start("gateway");
      await host.runs(page(n));
      const object = { kind: "Deployment", metadata: { name: "web" } };
      const settled = await titan.propose({ action: "DELETE", object });
      await eventually("the removal", () => host.page === undefined);
      await host.stop();
      // The other way tells nothing new.
      await host.start("direct");
      await eventually("the same cut", () => (host.agent?.state?.seen ?? 0) >= settled);
      await host.stop();
      expect(host.written).toEqual([...expected, page(n), "removed"]);
    }
    await log.close();
  },
);

test("while changes go on, a host that keeps moving never goes back and misses no end", async () => {
  const log = createSimulatedLog();
  {
    await using titan = await InProcessTitan.start(log);
    await furnish(titan);
    const host = new MovingHost(log, titan);
    let last = 0;
    let moves = 0;
    const saying = (async () => {
      while (moves < MOVES) await say(titan, (last += 1));
    })();
    for (; moves < MOVES; moves += 1) {
      const before = host.written.length;
      await host.start(moves % 2 === 0 ? "gateway" : "direct");
      await eventually("a write", () => host.written.length > before);
      await host.stop();
    }
    await saying;
    await host.start("direct");
    await host.runs(page(last));
    await host.stop();
    const numbers = host.written.map((text) => Number(/^page (\d+)\n$/.exec(text)?.[1]));
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    expect(numbers.at(-1)).toBe(last);
    expect(numbers.length).toBeGreaterThanOrEqual(MOVES);
  }
  await log.close();
});

test("what a host reports straight to the log is what the API shows", async () => {
  const log = createSimulatedLog();
  {
    await using titan = await InProcessTitan.start(log);
    await furnish(titan);
    const host = new MovingHost(log, titan);
    await host.start("direct");
    await host.runs(page(0));
    const status = await eventually("the report", async () => {
      const { body } = await titan.api.get("/v1/workspaces/default/deployments/web");
      const text = JSON.stringify(body);
      return text.includes('"deployed"') ? text : undefined;
    });
    expect(status).toContain("default/one");
    await host.stop();
  }
  await log.close();
});
