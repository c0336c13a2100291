import { isJsonObject, parseJson, type Operation } from "@titan/domain";
import { ApiProblem } from "../problem.ts";

/** A version of a view is activated only if some running task has it. */
export function checkViews(
  operations: readonly Operation[],
  offered: ReadonlyMap<string, number> | undefined,
): void {
  if (offered === undefined) return;
  for (const { action, kind, document } of operations) {
    if (kind !== "View" || action === "DELETE") continue;
    const parsed = parseJson(document);
    if (!parsed.ok || !isJsonObject(parsed.value)) continue;
    const { metadata, spec } = parsed.value;
    const name = isJsonObject(metadata) ? metadata["name"] : undefined;
    const version = isJsonObject(spec) ? spec["version"] : undefined;
    if (typeof name !== "string" || typeof version !== "number") continue;
    const has = offered.get(name);
    if (has === version) continue;
    throw ApiProblem.of(
      "view-version-not-offered",
      has === undefined
        ? `no running task has a view ${name}`
        : `the running tasks have version ${has} of ${name}, not ${version}`,
    );
  }
}
