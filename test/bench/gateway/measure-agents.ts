import { setTimeout as sleep } from "node:timers/promises";
import { ApiLoad } from "../api-load.ts";
import { AgentsProcess, sharedNow } from "./agents-process.ts";
import { probeHosts, type Flow, type Latency } from "./change-load.ts";
import { fleetHost } from "./gateway-fleet.ts";
import { WATCHED, type GatewaySize } from "./gateway-size.ts";
import { HostLoadProcess } from "./host-load-process.ts";
import { MarksSeen } from "./marks-seen.ts";
import { processorTimeOf, settledKiB, type ProcessorTime } from "./process-cost.ts";
import { serverOf, type Served } from "./served.ts";

const MS_PER_S = 1_000;

/** What one server did with the agents. */
export interface AgentsMeasured {
  /** From connecting, all at once, until the last stream had its first mark. */
  readonly connectS: number;
  /** How often one was told to come later. */
  readonly refused: number;
  readonly idleKiB: number;
  /** Processor time of the server for a second in which nothing happens. */
  readonly idleMs: number;
  readonly change: LatencyInFlow;
  /** While some agents read nothing, and the changes flow to them. */
  readonly besideStuck: LatencyInFlow;
  /** By which the server grew for each of these. */
  readonly stuckKiB: number;
  readonly reconnectS: number;
  /** Of these until the server was there again. */
  readonly restartS: number;
}

interface LatencyInFlow extends Latency {
  /** Host changes that flowed meanwhile, and were acknowledged. */
  readonly flowPerSecond: number;
  /** What the server used in a second of it. */
  readonly inOneSecond: ProcessorTime;
}

/** Everything that is measured of one server that has the fleet already. */
export async function measureAgents(first: Served, size: GatewaySize): Promise<AgentsMeasured> {
  let served = first;
  const { agents: count, stuck, idleMs } = size;
  try {
    await served.caughtUp();
    const emptyKiB = await settledKiB(served.pid, served.inspectPort);
    await using agents = await AgentsProcess.start({ port: served.port, count, watched: WATCHED });
    const connectAt = sharedNow();
    await agents.ask({ kind: "connect" });
    const { lastOpenAt, refused } = await agents.ask({ kind: "whenOpen" });

    const [, idle] = await processorTimeOf(served.pid, () => sleep(idleMs));
    const fullKiB = await settledKiB(served.pid, served.inspectPort);

    const flowing = { from: WATCHED, count: count - WATCHED };
    const change = await measureChanges(served, agents, size, flowing);

    const beforeKiB = await settledKiB(served.pid, served.inspectPort);
    await agents.ask({ kind: "stick", count: stuck });
    const toStuck = { from: count - stuck, count: stuck };
    const besideStuck = await measureChanges(served, agents, size, toStuck);
    const stuckKiB = ((await settledKiB(served.pid, served.inspectPort)) - beforeKiB) / stuck;
    await agents.ask({ kind: "read" });

    const killedAt = sharedNow();
    await served.kill();
    await agents.ask({ kind: "whenLost" });
    served = await served.again();
    const restartedAt = sharedNow();
    const after = await agents.ask({ kind: "whenOpen" });
    return {
      connectS: (lastOpenAt - connectAt) / MS_PER_S,
      refused,
      idleKiB: (fullKiB - emptyKiB) / count,
      idleMs: idle.runningMs,
      change,
      besideStuck,
      stuckKiB,
      reconnectS: (after.lastOpenAt - killedAt) / MS_PER_S,
      restartS: (restartedAt - killedAt) / MS_PER_S,
    };
  } finally {
    await served.kill();
  }
}

/** How long a change of one host takes to its stream while others flow. */
async function measureChanges(
  served: Served,
  agents: AgentsProcess,
  { probes, groups, flowPerSecond, flowBatch }: GatewaySize,
  flowing: Pick<Flow, "from" | "count">,
): Promise<LatencyInFlow> {
  const { pid, token } = served;
  const server = serverOf(served);
  const marks = new MarksSeen();
  agents.watch(({ host, revision, atMs }) => marks.take(host, revision, atMs));
  const flow: Flow = { ...flowing, perSecond: flowPerSecond, batch: flowBatch };
  await using others = new HostLoadProcess({ server, token, groups, flow });
  await others.started;
  const load = new ApiLoad(server, token);
  const submit = async (host: number, n: string): Promise<number> =>
    (await load.apply([fleetHost(host, groups, n)])).revision;
  const [latency, inOneSecond] = await processorTimeOf(pid, () =>
    probeHosts(probes, submit, marks, sharedNow),
  );
  load.close();
  const { perSecond } = await others.stop();
  return { ...latency, inOneSecond, flowPerSecond: perSecond };
}
