import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of its own for a test that needs files. */
export function temporaryLogFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "titan-event-log-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
