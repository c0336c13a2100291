import type { InputPartition } from "./input-reader.ts";
import type { Statement } from "./statement.ts";
import type { CauseRef } from "./view.ts";

/**
 * Remembers at which revision each noun that a task reads was changed last, so that a record can
 * name what it was derived from. Information only: no value ever sees it.
 */
export class NounLabels {
  readonly #byStream = new Map<string, Map<string, number>>();
  readonly #inputs: readonly InputPartition[];

  constructor(inputs: readonly InputPartition[]) {
    this.#inputs = inputs;
    for (const input of inputs) {
      if (input.cuts === "frontier") this.#byStream.set(input.topic, new Map());
    }
  }

  learn(input: number, statement: Statement): void {
    const labels = this.#byStream.get(this.#inputs[input]?.topic ?? "");
    if (labels === undefined) return;
    if (statement.current === null) labels.delete(statement.key);
    else labels.set(statement.key, statement.revision);
  }

  resolve(refs: readonly CauseRef[]): { kind: string; key: string; revision: number }[] {
    return refs.map(({ kind, stream, key }) => ({
      kind,
      key,
      revision: this.#byStream.get(stream)?.get(key) ?? 0,
    }));
  }
}
