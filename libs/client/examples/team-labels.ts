import type { TitanClient } from "@titan/client";

/** Gives every deployment the label `team` of its workload, as both are at one revision. */
export const labelTeams = (titan: TitanClient) =>
  titan.follow({
    topics: ["titan.deployment", "titan.workload"],
    async onCut({ state, revision }) {
      for (const { current, revision: expected } of state["titan.deployment"].values()) {
        const { workspace, name, workload, labels } = current;
        const team = state["titan.workload"].get(workload)?.current.labels["team"];
        if (team === undefined || labels["team"] === team) continue;
        const object = { kind: "Deployment", metadata: { workspace, name, labels: { team } } };
        const change = { workspace, actor: "team-labels", reason: `its workload at ${revision}` };
        await titan.propose({ ...change, operations: [{ action: "PATCH", object, expected }] });
      }
    },
  });
