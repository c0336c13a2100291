import { Sandbox } from "../../flows/sandbox.ts";
import type { Figures } from "../figure.ts";
import { GATEWAY_SIZES, type GatewaySize } from "./gateway-size.ts";
import { measureAgents, type AgentsMeasured } from "./measure-agents.ts";
import { measureStreams } from "./streams-process.ts";
import { fill, serveBare, serveTitan } from "./served.ts";

const BARS = { idleKiB: 20, changeMs: 100, reconnectS: 60 } as const;
const BARE = "plain node:http";

/**
 * A fleet's agents on real sockets to one `titan up`, beside the same agents on a plain server, and
 * more streams than a process has sockets for in process.
 */
export async function measureGateway(
  figures: Figures,
  name: "full" | "small",
  nodeFlags: readonly string[] = [],
): Promise<void> {
  const size = GATEWAY_SIZES[name];
  const bare = await measureAgents(await serveBare(), size);
  await using box = new Sandbox();
  const filled = await serveTitan(box, nodeFlags);
  await fill(filled, size);
  // What filling it left in memory would be taken for room by the agents.
  await filled.kill();
  const titan = await measureAgents(await filled.again(), size);
  addAgents(figures, size, titan, bare);
  await measureStreams(figures, size, box.path("in-process"));
}

function addAgents(
  figures: Figures,
  size: GatewaySize,
  titan: AgentsMeasured,
  bare: AgentsMeasured,
): void {
  const { agents, stuck } = size;
  figures.add({
    name: "agents connected, all at once, until the last has its slice",
    value: titan.connectS,
    unit: "s",
    beside: { name: BARE, value: bare.connectS, unit: "s" },
    sizes: { agents, "times told to come later": titan.refused },
  });
  figures.add({
    name: "idle memory an agent",
    value: titan.idleKiB,
    unit: "KiB",
    bar: BARS.idleKiB,
    beside: { name: BARE, value: bare.idleKiB, unit: "KiB" },
    sizes: { agents },
  });
  figures.add({
    name: "processor time in a second with every agent idle",
    value: titan.idleMs,
    unit: "ms",
    beside: { name: BARE, value: bare.idleMs, unit: "ms" },
    sizes: { agents },
  });
  const flow = "change to its host's open stream while 1,000/s flow";
  addLatency(figures, flow, { agents }, titan.change, bare.change);
  figures.add({
    name: "  of these until acknowledged, p99",
    value: titan.change.acknowledgedP99,
    unit: "ms",
    beside: { name: BARE, value: bare.change.acknowledgedP99, unit: "ms" },
  });
  figures.add({
    name: "  processor time of the server in a second of it",
    value: titan.change.inOneSecond.runningMs,
    unit: "ms",
    beside: { name: BARE, value: bare.change.inOneSecond.runningMs, unit: "ms" },
    sizes: {
      "ms in which others had the processors": Math.round(titan.change.inOneSecond.waitingMs),
    },
  });
  addLatency(
    figures,
    "  the same while 1,000/s flow to agents that read nothing",
    { agents, stuck },
    titan.besideStuck,
    bare.besideStuck,
  );
  figures.add({
    name: "  memory for each of these agents",
    value: titan.stuckKiB,
    unit: "KiB",
    sizes: { stuck },
  });
  figures.add({
    name: "reconnect of all after kill -9",
    value: titan.reconnectS,
    unit: "s",
    bar: BARS.reconnectS,
    beside: { name: BARE, value: bare.reconnectS, unit: "s" },
    sizes: { agents },
  });
  figures.add({ name: "  of these until it was ready", value: titan.restartS, unit: "s" });
}

function addLatency(
  figures: Figures,
  name: string,
  sizes: Readonly<Record<string, number>>,
  titan: AgentsMeasured["change"],
  bare: AgentsMeasured["change"],
): void {
  figures.add({
    name: `${name}, p50`,
    value: titan.p50,
    unit: "ms",
    beside: { name: BARE, value: bare.p50, unit: "ms" },
    sizes: { ...sizes, "host changes a second": Math.round(titan.flowPerSecond) },
  });
  figures.add({
    name: `${name}, p99`,
    value: titan.p99,
    unit: "ms",
    bar: BARS.changeMs,
    beside: { name: BARE, value: bare.p99, unit: "ms" },
    sizes,
  });
}
