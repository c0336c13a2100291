import { expect, test } from "vitest";
import type { Operation } from "../records.generated.ts";
import { REFUSALS_MAX } from "../refusals.ts";
import { apply, remove, specForDecide } from "../testing/index.ts";

function operation(kind: string, document: string): Operation {
  return { action: "APPLY", kind, document, expected: null };
}

test("a document is a JSON object", () => {
  specForDecide()
    .when(
      operation("Host", "{"),
      operation("Host", "[]"),
      operation("Host", '{"spec":{"a":1e999}}'),
    )
    .refuses(
      "malformed-document /operations/0",
      "malformed-document /operations/1",
      "number-out-of-range /operations/2/spec/a",
    );
});

test("a kind is written as in the contract, and assignments can not be written", () => {
  specForDecide()
    .when(operation("hosts", "{}"), operation("Hoost", "{}"), operation("Assignment", "{}"))
    .refuses(
      "unknown-kind /operations/0/kind",
      "unknown-kind /operations/1/kind",
      "read-only-kind /operations/2/kind",
    )
    .says('did you mean "Host"?');
});

test("more refusals than can be listed are counted in a last one", () => {
  const { verdict } = specForDecide().when(
    ...Array.from({ length: 300 }, (_, index) => remove("Host", `h${index}`)),
  );
  const refusals = verdict.accepted ? [] : verdict.refusals;
  expect(refusals).toHaveLength(REFUSALS_MAX + 1);
  expect(refusals.at(-1)?.code).toBe("too-many-refusals");
});

test("a verdict stays small, whatever was sent", () => {
  const long = "x".repeat(500_000);
  const { verdict } = specForDecide().when(
    apply("Host", "a", { [long]: 1 }),
    operation(long, "{}"),
  );
  expect(JSON.stringify(verdict).length).toBeLessThan(10_000);
});

test("a change that affects too much to be checked at once is refused", () => {
  const turns = Array.from({ length: 45 }, () => 0);
  const loops = "{{#values.l}}".repeat(3) + "{{/values.l}}".repeat(3);
  const deployments = Array.from({ length: 300 }, (_, index) =>
    apply("Deployment", `d${index}`, { workload: "w", template: "t", target: "t" }),
  );
  specForDecide()
    .given(
      apply("Workload", "w", { values: { l: turns } }),
      apply("Template", "t", { files: { f: { text: "x" } } }),
      apply("Target", "t", { selector: "a" }),
      ...deployments,
    )
    .when(apply("Template", "t", { files: { f: { text: loops } } }))
    .refuses("proposal-too-costly /operations");
});
