import type { InputPartition } from "@titan/processor-runtime";

/** Every partition of nouns and of views that a reader could want. */
export function allInputs({
  H,
  D,
}: {
  readonly H: number;
  readonly D: number;
}): readonly InputPartition[] {
  const nouns = ["workspace", "target", "template", "workload", "deployment", "token", "view"];
  const inputs: InputPartition[] = nouns.map((noun) => ({
    topic: `titan.${noun}`,
    partition: 0,
    cuts: "frontier",
  }));
  for (let partition = 0; partition < H; partition += 1) {
    inputs.push({ topic: "titan.host", partition, cuts: "frontier" });
    inputs.push({ topic: "titan.host-target", partition, cuts: "marks" });
    inputs.push({ topic: "titan.host-deployment", partition, cuts: "marks" });
  }
  for (let partition = 0; partition < D; partition += 1) {
    inputs.push({ topic: "titan.rendered-deployment", partition, cuts: "marks" });
  }
  inputs.push({ topic: "titan.assignment", partition: 0, cuts: "marks" });
  return inputs;
}
