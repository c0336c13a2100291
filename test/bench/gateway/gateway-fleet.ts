import { deploymentObject, hostObject, targetObject, WORKLOAD } from "../fleet-objects.ts";
import { agentToken } from "./agent-token.ts";

/** Binds a label of the host, so that each change of it is a record on the host's stream. */
const TEMPLATE: object = {
  kind: "Template",
  metadata: { name: "page" },
  spec: { files: { "page.txt": { text: "n: {{host.labels.n}}\nhost: {{host.name}}\n" } } },
};

/** A host at its n-th change. */
export function fleetHost(at: number, groups: number, n: string): object {
  return hostObject(at, groups, { n });
}

/** Hosts with one deployment each, and a token for each host's agent. */
export function fleetObjects(hosts: number, groups: number): readonly object[] {
  return [
    TEMPLATE,
    WORKLOAD,
    ...Array.from({ length: hosts }, (_, at) => fleetHost(at, groups, "n0")),
    ...Array.from({ length: groups }, (_, at) => targetObject(at)),
    ...Array.from({ length: groups }, (_, at) => deploymentObject(at, groups)),
    ...Array.from({ length: hosts }, (_, at) => agentToken(at)),
  ];
}
