import { HostTable } from "@titan/compact";
import {
  allOf,
  anyOf,
  hasLabel,
  inValues,
  lacksLabel,
  matches,
  not,
  notInValues,
  type Selector,
} from "@titan/domain";
import fc from "fast-check";
import { expect, test } from "vitest";
import { HostSelection } from "./host-selection.ts";

const label = fc.constantFrom("site", "zone", "constructor");
const value = fc.constantFrom("", "lab", "barn");
const values = fc.uniqueArray(value, { minLength: 1, maxLength: 3 });
const { selector } = fc.letrec<{ selector: Selector }>((tie) => ({
  selector: fc.oneof(
    { maxDepth: 3 },
    fc.tuple(label, values).map(([key, set]) => inValues(key, set)),
    fc.tuple(label, values).map(([key, set]) => notInValues(key, set)),
    label.map(hasLabel),
    label.map(lacksLabel),
    fc.array(tie("selector"), { maxLength: 3 }).map(allOf),
    fc.array(tie("selector"), { maxLength: 3 }).map(anyOf),
    tie("selector").map(not),
  ),
}));
/** More than one word of bits, and some that go again. */
const steps = fc.array(
  fc.record({
    name: fc.nat({ max: 70 }),
    workspace: fc.constantFrom("default", "iot"),
    labels: fc.dictionary(label, value, { noNullPrototype: true }),
    remove: fc.nat({ max: 3 }).map((chance) => chance === 0),
  }),
  { maxLength: 120 },
);

test("a selection is what a loop over all hosts finds", () => {
  fc.assert(
    fc.property(steps, selector, (all, wanted) => {
      const hosts = new HostTable();
      for (const { name, workspace, labels, remove } of all) {
        const key = `${workspace}/h${name}`;
        const host = { workspace, name: `h${name}`, labels, createdRevision: 1, description: "" };
        if (remove) hosts.delete(key);
        else hosts.set(key, { value: host, revision: 1 });
      }
      const selection = new HostSelection(hosts, wanted);
      const found = [...selection].map((host) => hosts.keyOf(host));
      const expected = [...hosts]
        .filter(([, host]) => matches(wanted, host.value.labels))
        .map(([key]) => key);
      expect(found.toSorted()).toEqual(expected.toSorted());
      expect(selection.size).toBe(expected.length);
      for (const [key] of hosts) {
        expect(selection.has(hosts.numberOf(key))).toBe(expected.includes(key));
      }
    }),
    { numRuns: 500 },
  );
});
