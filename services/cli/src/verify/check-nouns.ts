import { NOUN_KINDS, partitionOf } from "@titan/domain";
import { nounHash, type StatementName } from "@titan/schema-codec";
import type { ApiClient } from "../api-client.ts";
import type { Nouns } from "./committed-world.ts";
import { Findings, type Check } from "./findings.ts";
import { readStream, stateAt } from "./topic-content.ts";

/** The noun topics against the commits: values, labels and hashes at the last revision. */
export async function checkNouns(
  api: ApiClient,
  nouns: Nouns,
  revision: number,
  hostPartitions: number,
): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const kind of NOUN_KINDS) {
    const record = kind.toLowerCase() as StatementName;
    const stream = `titan.${record}`;
    const findings = new Findings(stream);
    const count = kind === "Host" ? hostPartitions : 1;
    const partitions = await readStream(api, stream);
    const values = nouns.get(kind) ?? new Map<string, never>();
    const states = new Map(
      [...partitions].map(([at, content]) => [at, stateAt(content, revision)] as const),
    );
    for (const [key, { value, revision: label }] of values) {
      findings.compared();
      const held = states.get(partitionOf(key, count))?.get(key);
      if (held === undefined || held.current === null) findings.add(`${key} is missing`);
      else if (held.revision !== label)
        findings.add(`${key} has revision ${held.revision}, not ${label}`);
      else if (held.hash !== nounHash(record, key, label, value as never))
        findings.add(`${key} differs`);
    }
    for (const content of partitions.values()) {
      for (const fault of content.faults) findings.add(fault);
      for (const [key, held] of states.get(content.partition) ?? []) {
        if (held.current !== null && !values.has(key)) findings.add(`${key} must not be there`);
      }
    }
    checks.push(findings.check());
  }
  return checks;
}
