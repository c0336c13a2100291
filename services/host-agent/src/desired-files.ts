import type { Decision } from "./desired-state.ts";
import type { DesiredFiles } from "./files-driver.ts";

/** The decisions as the files driver takes them: what it is not told of, it removes. */
export function desiredFiles(
  decisions: ReadonlyMap<string, Decision>,
): ReadonlyMap<string, DesiredFiles> {
  const desired = new Map<string, DesiredFiles>();
  for (const [name, decision] of decisions) {
    switch (decision.kind) {
      case "run":
        desired.set(name, { kind: "files", files: decision.files, running: decision.running });
        break;
      case "wait":
      case "failed":
        if (decision.stays) desired.set(name, { kind: "keep" });
        break;
      case "remove":
        break;
    }
  }
  return desired;
}
