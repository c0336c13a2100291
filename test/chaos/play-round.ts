import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../flows/eventually.ts";
import { filesOnDisk } from "../flows/host-folder.ts";
import { seededRandom } from "../flows/seeded-random.ts";
import type { SupervisedProcess } from "../kafka/supervised-process.ts";
import type { Anomaly } from "./checks/anomaly.ts";
import { checkHistory } from "./checks/check-history.ts";
import { Clients } from "./clients/clients.ts";
import { planFaults, type Fault } from "./faults/fault-plan.ts";
import { playFaults } from "./faults/play-faults.ts";
import { COPIES, type HarmedInstallation } from "./harmed-installation.ts";
import { parseHistory } from "./history/history.ts";
import { Recorder } from "./history/recorder.ts";

export interface RoundOptions {
  readonly seed: number;
  readonly roundMs: number;
  /** Of the round; no other on this installation has it. */
  readonly workspace: string;
  /** Where the round's folder is made. */
  readonly folder: string;
}

export interface RoundEnd {
  readonly calls: number;
  readonly unknown: number;
  readonly changes: number;
  readonly faults: readonly Fault[];
  readonly anomalies: readonly Anomaly[];
  /** What was recorded and read; removed when there is no anomaly. */
  readonly folder: string;
}

/** Hosts that agents serve; their clients leave them alone. */
const EDGES = ["edge0", "edge1"];
const PACE_MS = 60;
const HANG_MS = 180_000;
/** What was harmed is asked so much when all is well again, before the load ends. */
const CALLS_AFTER = 300;

/**
 * Load with faults, then rest: all that was harmed is healed, everything catches up, and the history
 * is compared with the topics. Rejects when something never comes back; then its history is kept.
 */
export async function playRound(
  harmed: HarmedInstallation,
  { seed, roundMs, workspace, folder }: RoundOptions,
): Promise<RoundEnd> {
  const { installation } = harmed;
  const place = join(folder, `seed-${seed}`);
  mkdirSync(place, { recursive: true });
  const random = seededRandom(seed);
  const recorder = new Recorder(join(place, "history.jsonl"));
  const clients = new Clients(
    {
      recorder,
      servers: harmed.servers.map(({ address }) => `http://${address}`),
      token: installation.token,
      workspace,
      paceMs: PACE_MS,
    },
    seed,
    () => harmed.openTitan(),
  );
  await clients.prepare(EDGES);
  const agents = EDGES.map((host, at) =>
    installation.agent(
      {
        host,
        more: ["--workspace", workspace],
        ...(at === 0 ? { kafka: harmed.network.address } : {}),
      },
      `${workspace}-${host}`,
    ),
  );
  const services = installation.processes;
  const work = clients.run();
  work.catch(() => {});
  try {
    const plan = planFaults(random, { roundMs, copies: COPIES, agents: agents.length });
    const { broker, network, servers } = harmed;
    const load = sleep(roundMs);
    const faults = await playFaults(plan, { broker, network, servers, services, agents });
    await load;
    harmed.heal();
    const wanted = recorder.calls + CALLS_AFTER;
    await eventually(`${CALLS_AFTER} further calls`, () => recorder.calls >= wanted, HANG_MS);
    clients.end();
    const revision = await clients.endListening();
    await work;
    await harmed.caughtUp(revision);
    await hostsRun(harmed, workspace);
    recorder.close();
    const topics = await harmed.topics();
    writeFileSync(join(place, "topics.json"), JSON.stringify(topics));
    writeFileSync(join(place, "round.json"), JSON.stringify({ seed, roundMs, workspace, faults }));
    const lines = parseHistory(readFileSync(join(place, "history.jsonl"), "utf8"));
    const anomalies = checkHistory(workspace, lines, topics);
    if (anomalies.length === 0) rmSync(place, { recursive: true });
    const { calls, unknown } = recorder;
    const changes = topics.commits.filter(({ reason }) =>
      reason.startsWith(`${workspace}-`),
    ).length;
    return { calls, unknown, changes, faults, anomalies, folder: place };
  } catch (error) {
    for (const { name, output } of [...services, ...agents]) {
      writeFileSync(join(place, `${name}.log`), output);
    }
    throw error;
  } finally {
    clients.stop();
    recorder.close();
    await Promise.all(agents.map((agent) => endOf(agent)));
  }
}

/** What the last change says, worked out plainly: both deployments run on hosts of group a. */
async function hostsRun(harmed: HarmedInstallation, workspace: string): Promise<void> {
  for (const [at, host] of EDGES.entries()) {
    const expected = new Map<string, string>();
    for (const deployment of at === 0 ? ["d0", "d1"] : []) {
      expected.set(`${workspace}/${deployment}/page.txt`, `last on ${host}\n`);
    }
    await eventually(
      `${host} to run what the last change says`,
      () => {
        const files = filesOnDisk(harmed.installation.box.path(`${workspace}-${host}`));
        const is = JSON.stringify([...files]);
        if (is === JSON.stringify([...expected])) return true;
        throw new Error(`${host} runs ${is}`);
      },
      HANG_MS,
    );
  }
}

async function endOf(agent: SupervisedProcess): Promise<void> {
  await agent[Symbol.asyncDispose]();
}
