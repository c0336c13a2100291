import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { derivedHash, encode, type RecordTypes, type StatementName } from "@titan/schema-codec";
import { expect } from "vitest";
import type { View } from "../view.ts";
import type { Given } from "./nouns.ts";
import { recompute } from "./view-run.ts";

/**
 * Compares every output byte of a view over a fixed corpus with `../golden/<name>-<version>.json`
 * beside the service's sources. A file that is there is never written again: bytes that differ are
 * a new version of the view, which has a new file. `TITAN_GOLDEN=write` writes one that is missing.
 */
export function expectGolden<State, Value>(
  view: View<State, Value>,
  corpus: readonly Given[],
  testFile: string,
  bytesOf: (key: string, value: Value) => unknown = recordBytes(view),
): void {
  const output = [
    ...recompute(
      view,
      corpus.filter(({ stream }) => view.consumes.includes(stream)),
    ),
  ]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ({ key, output: bytesOf(key, value) }));
  const text = `${JSON.stringify({ view: view.name, version: view.version, output }, null, 1)}\n`;
  const path = fileURLToPath(new URL(`../golden/${view.name}-${view.version}.json`, testFile));
  if (process.env["TITAN_GOLDEN"] === "write" && !existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  const hint = `the output of ${view.name} differs: raise its version, then TITAN_GOLDEN=write`;
  expect(existsSync(path) ? readFileSync(path, "utf8") : "", hint).toBe(text);
}

/** The record with label 0 and without provenance, so that only the value can differ. */
function recordBytes<State, Value>(
  view: View<State, Value>,
): (key: string, value: Value) => unknown {
  return (name, value) => {
    if (view.emits.kind === "elsewhere") throw new Error(`${view.name} needs its own bytes`);
    const { record } = view.emits;
    const key = view.emits.kind === "slices" ? view.emits.slice(name).key : name;
    const current = value as RecordTypes[StatementName]["current"];
    const hash = derivedHash(record, key, current);
    const bytes = encode(record, {
      revision: 0,
      index: 0,
      op: "UPDATE",
      previous: null,
      current,
      hash,
      changeId: "",
      actor: "",
      reason: "",
      occurredAt: 0,
      causes: [],
      processorVersion: 0,
    } as RecordTypes[StatementName]);
    return {
      hash: hash.toString(16).padStart(16, "0"),
      bytes: Buffer.from(bytes).toString("base64"),
    };
  };
}
