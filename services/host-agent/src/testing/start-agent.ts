import { Agent } from "../agent.ts";
import type { AgentEvent, AgentOptions } from "../agent-options.ts";
import type { Disk } from "../disk.ts";
import { ScriptedTransport } from "./scripted-transport.ts";

const TURNS = 20;

/** An agent of `default/tim-pi` with what it was told to say, and the server that it hears. */
export interface StartedAgent {
  readonly agent: Agent;
  readonly transport: ScriptedTransport;
  readonly events: readonly AgentEvent[];
}

/** The files go to `/run`, the state to `/state`; its clock stands still. */
export function optionsOfAgent(disk: Disk, transport: ScriptedTransport): AgentOptions {
  return {
    host: "default/tim-pi",
    disk,
    folder: "/run",
    stateFolder: "/state",
    transport,
    clock: { now: () => 1_000, sleep: () => new Promise(() => {}) },
    version: "test",
  };
}

export async function startAgent(
  disk: Disk,
  more: Partial<AgentOptions> = {},
): Promise<StartedAgent> {
  const transport = new ScriptedTransport();
  const events: AgentEvent[] = [];
  const agent = await Agent.open({
    ...optionsOfAgent(disk, transport),
    onEvent: (event) => events.push(event),
    ...more,
  });
  void agent.run();
  await turns();
  return { agent, transport, events };
}

/** Lets everything that can happen without the outside happen. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
