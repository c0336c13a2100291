import type { Commit, NounValue, Template } from "@titan/domain";
import { CommitChain } from "@titan/processor-runtime";
import type { ApiClient } from "../api-client.ts";

interface ChangeLine {
  readonly offset: number;
  readonly type: string;
  readonly value: Commit;
}

/** Noun kind → key → value and the revision that gave it. */
export type Nouns = ReadonlyMap<
  string,
  ReadonlyMap<string, { readonly value: NounValue; readonly revision: number }>
>;

/** The commits that count, in order: revision r is at index r - 1. */
export async function readCommits(api: ApiClient): Promise<readonly Commit[]> {
  const chain = new CommitChain();
  const commits: Commit[] = [];
  for await (const text of api.lines("/v1/streams/titan.change", { from: "@0" })) {
    const line = JSON.parse(text) as ChangeLine;
    if (line.type !== "commit") continue;
    if (chain.accept(line.value, line.offset)) commits.push(line.value);
  }
  return commits;
}

/** All nouns after the first `revision` commits. */
export function nounsAt(commits: readonly Commit[], revision: number): Nouns {
  const nouns = new Map<string, Map<string, { value: NounValue; revision: number }>>();
  for (const commit of commits.slice(0, revision)) {
    for (const { kind, key, current } of commit.events) {
      const values = nouns.get(kind) ?? new Map<string, { value: NounValue; revision: number }>();
      nouns.set(kind, values);
      if (current === null) values.delete(key);
      else values.set(key, { value: withBytes(kind, current), revision: commit.revision });
    }
  }
  return nouns;
}

/** A replay shows the bytes of template files as base64. */
function withBytes(kind: string, value: NounValue): NounValue {
  if (kind !== "Template") return value;
  const template = value as Template;
  const files = template.files.map((file) =>
    typeof file.bytes === "string"
      ? { ...file, bytes: new Uint8Array(Buffer.from(file.bytes, "base64")) }
      : file,
  );
  return { ...template, files };
}
