import { expect, test } from "vitest";
import { SharedValues } from "./shared-values.ts";
import type { Statement } from "./statement.ts";

const origin = { revision: 1, changeId: "", actor: "", reason: "", occurredAt: 0 };
const statement = (key: string, hash: bigint, current: unknown): Statement => {
  return { key, revision: 1, hash, current, offset: 0, origin };
};

test("readers of one partition hold one value, those of another their own", () => {
  const [first, second] = [SharedValues.join("t", 0), SharedValues.join("t", 0)];
  const other = SharedValues.join("t", 1);
  const another = SharedValues.join("t", 1);
  const value = { name: "a" };
  expect(first.share(statement("a", 1n, value)).current).toBe(value);
  expect(second.share(statement("a", 1n, { name: "a" })).current).toBe(value);
  expect(other.share(statement("a", 1n, { name: "a" })).current).not.toBe(value);
  for (const each of [first, second, other, another]) each.leave();
});

test("a value that changed is not the one before, and nothing is no value", () => {
  const [first, second] = [SharedValues.join("t", 0), SharedValues.join("t", 0)];
  first.share(statement("a", 1n, { name: "old" }));
  expect(second.share(statement("a", 2n, { name: "new" })).current).toEqual({ name: "new" });
  expect(first.share(statement("a", 3n, null)).current).toBeNull();
  for (const each of [first, second]) each.leave();
});

test("when the last reader leaves nothing is kept", () => {
  const value = { name: "a" };
  const before = [SharedValues.join("t", 0), SharedValues.join("t", 0)];
  before[0]?.share(statement("a", 1n, value));
  for (const each of before) each.leave();
  const after = [SharedValues.join("t", 0), SharedValues.join("t", 0)];
  expect(after[0]?.share(statement("a", 1n, { name: "a" })).current).not.toBe(value);
  for (const each of after) each.leave();
});
