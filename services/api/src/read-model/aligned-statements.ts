import type { AlignedStep, Statement } from "@titan/processor-runtime";
import { hexOf, rowOf, type DerivedStream, type StoredStream } from "./derived-stream.ts";
import type { DerivedVersion } from "./derived-store.ts";

/** What a step changed, by stream and key. */
export function statementsOf(
  step: AlignedStep,
  inputs: readonly { readonly topic: DerivedStream }[],
): Map<DerivedStream, Map<string, Statement>> {
  const byStream = new Map<DerivedStream, Map<string, Statement>>();
  for (const { input, statements } of step.changes) {
    const stream = inputs[input]?.topic;
    if (stream === undefined) continue;
    const all = byStream.get(stream) ?? new Map<string, Statement>();
    byStream.set(stream, all);
    for (const [key, statement] of statements) all.set(key, statement);
  }
  return byStream;
}

/** Whether the file holds what a record says. */
export function sameAs(
  stream: StoredStream,
  statement: Statement,
  version: DerivedVersion,
): boolean {
  if (statement.current === null) return false;
  // The hash in the file is that of the slice where there is one, so the row decides.
  return stream === "titan.host-deployment"
    ? rowOf(stream, statement).hash === version.hash
    : hexOf(statement.hash) === version.hash;
}
