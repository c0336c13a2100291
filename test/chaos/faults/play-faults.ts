import { setTimeout as sleep } from "node:timers/promises";
import type { TcpProxy } from "../../broker/tcp-proxy.ts";
import type { KafkaProcess } from "../../broker/kafka-process.ts";
import type { SupervisedProcess } from "../../kafka/supervised-process.ts";
import { nameOf, type Fault, type Harm } from "./fault-plan.ts";

/** Everything that faults can reach. */
export interface Harmable {
  readonly broker: KafkaProcess;
  readonly network: TcpProxy;
  readonly servers: readonly TcpProxy[];
  readonly services: readonly SupervisedProcess[];
  readonly agents: readonly SupervisedProcess[];
}

const DELAY_MS = 150;

/** Plays all faults at their times, and resolves when each is undone. Answers those that it played. */
export async function playFaults(
  faults: readonly Fault[],
  harmable: Harmable,
): Promise<readonly Fault[]> {
  const harmed = new Set<string>();
  const played: Fault[] = [];
  await Promise.all(
    faults.map(async (fault) => {
      await sleep(fault.atMs);
      const name = nameOf(fault.victim);
      // What is harmed already must first be well again.
      if (harmed.has(name)) return;
      harmed.add(name);
      played.push(fault);
      await play(fault, harmable);
      harmed.delete(name);
    }),
  );
  return played;
}

async function play({ victim, harm, forMs }: Fault, harmable: Harmable): Promise<void> {
  switch (victim.is) {
    case "broker":
      return harmBroker(harmable.broker, harm, forMs);
    case "network":
      return harmConnections(harmable.network, harm, forMs);
    case "server":
      return harmConnections(found(harmable.servers[victim.at], victim), harm, forMs);
    case "service": {
      const process = harmable.services.find(({ name }) => name === victim.name);
      return harmProcess(found(process, victim), harm, forMs);
    }
    case "agent":
      return harmProcess(found(harmable.agents[victim.at], victim), harm, forMs);
  }
}

async function harmBroker(broker: KafkaProcess, harm: Harm, forMs: number): Promise<void> {
  if (harm === "pause") {
    broker.pause();
    await sleep(forMs);
    broker.resume();
    return;
  }
  await (harm === "stop" ? broker.stop() : broker.kill());
  await sleep(forMs);
  await broker.start();
}

/** Whoever is killed is started again by its supervisor at once. */
async function harmProcess(process: SupervisedProcess, harm: Harm, forMs: number): Promise<void> {
  if (harm === "kill") return process.kill();
  process.pause();
  await sleep(forMs);
  process.resume();
}

async function harmConnections(proxy: TcpProxy, harm: Harm, forMs: number): Promise<void> {
  switch (harm) {
    case "cut":
      return proxy.cut();
    case "half-close to client":
      return proxy.halfClose("client");
    case "half-close to server":
      return proxy.halfClose("server");
    case "delay":
      proxy.delay(DELAY_MS);
      await sleep(forMs);
      return proxy.delay(0);
    case "lose answers":
      proxy.dropAnswers();
      await sleep(forMs);
      return proxy.passAnswers();
    case "freeze":
      proxy.freeze();
      await sleep(forMs);
      return proxy.thaw();
    case "kill":
    case "stop":
    case "pause":
      throw new Error(`connections have no ${harm}`);
  }
}

function found<Item>(item: Item | undefined, victim: Fault["victim"]): Item {
  if (item === undefined) throw new Error(`there is no ${nameOf(victim)}`);
  return item;
}
