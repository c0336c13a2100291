import fc from "fast-check";
import { expect, test } from "vitest";
import { CauseList } from "./cause-list.ts";
import { encodeCurrent, encodePrevious, encodeStatement, type Causes } from "./statement-bytes.ts";

const cause = fc.record({
  kind: fc.constantFrom("Host", "Target"),
  key: fc.string({ unit: "grapheme" }),
  revision: fc.nat(),
});

function recordWith(causes: Causes): Uint8Array {
  const origin = { changeId: "c", actor: "a", reason: "r", occurredAt: 1 };
  const head = { revision: 1, index: 0, op: "UPDATE" as const, hash: 7n, processorVersion: 1 };
  const current = encodeCurrent("view", null).slice();
  return encodeStatement(
    "view",
    { ...head, origin, causes },
    encodePrevious("view", null),
    current,
  );
}

test("causes of a list are written as they are without one, kept or not", () => {
  const records = fc.array(fc.array(fc.record({ cause, isKept: fc.boolean() })), { maxLength: 5 });
  const list = new CauseList();
  fc.assert(
    fc.property(records, fc.boolean(), (each, isForgotten) => {
      // What is kept by one record is used by the next too.
      const numbers = each.flat().map((part) => (part.isKept ? list.keep(part.cause) : -1));
      for (const round of [1, 2]) {
        let at = 0;
        for (const parts of each) {
          list.begin();
          for (const part of parts) {
            const number = numbers[at++] ?? -1;
            if (number < 0) list.add(part.cause);
            else list.addKept(number);
          }
          const plain = parts.map((part) => part.cause);
          expect(recordWith(list.written()), `round ${round}`).toEqual(recordWith(plain));
        }
      }
      if (isForgotten) list.forget();
    }),
  );
});
