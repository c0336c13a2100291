import type { Problem } from "@titan/domain";
import type { Decision } from "./desired-state.ts";
import type { FilesOutcome } from "./files-driver.ts";
import type { Running } from "./owned-files.ts";
import { deploymentStream } from "./stream-knowledge.ts";

/** Where an agent is, after everything that it knows was applied. Deployments: `workspace/name`. */
export interface AgentState {
  /** The cut of the own stream that the host acts on; 0 before the first. */
  readonly revision: number;
  /** The newest cut of the own stream that was seen in this run; 0 before the first. */
  readonly seen: number;
  readonly problem: Problem | null;
  readonly failed: readonly { readonly deployment: string; readonly problem: Problem }[];
  /** Deployments whose stream did not come to a cut in this run, or does not fit the own one. */
  readonly waiting: readonly string[];
  readonly running: readonly string[];
  readonly removed: readonly string[];
  /** The last report was taken. */
  readonly reported: boolean;
}

export interface AgentTurn extends Pick<AgentState, "revision" | "seen" | "problem" | "reported"> {
  readonly decisions: ReadonlyMap<string, Decision>;
  readonly outcomes: ReadonlyMap<string, FilesOutcome>;
  /** Streams of deployments that came to a cut in this run. */
  readonly fresh: ReadonlySet<string>;
  readonly running: ReadonlyMap<string, Running>;
}

export function agentState(turn: AgentTurn): AgentState {
  const failed: { deployment: string; problem: Problem }[] = [];
  const waiting: string[] = [];
  const removed: string[] = [];
  for (const [deployment, decision] of turn.decisions) {
    const outcome = turn.outcomes.get(deployment);
    if (outcome?.kind === "removed") removed.push(deployment);
    if (outcome?.kind === "failed") {
      const { code, detail } = outcome;
      failed.push({ deployment, problem: { code, detail, pointer: "" } });
    } else if (decision.kind === "failed") {
      failed.push({ deployment, problem: decision.problem });
    } else if (decision.kind === "wait") {
      waiting.push(deployment);
    } else if (decision.kind === "run" && !turn.fresh.has(deploymentStream(deployment))) {
      waiting.push(deployment);
    }
  }
  const { revision, seen, problem, reported } = turn;
  const running = [...turn.running.keys()];
  return { revision, seen, problem, failed, waiting, running, removed, reported };
}
