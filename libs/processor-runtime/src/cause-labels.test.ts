import { expect, test } from "vitest";
import type { Causes } from "@titan/schema-codec";
import { CauseLabels } from "./cause-labels.ts";
import type { CauseRef } from "./view.ts";

const HOST: CauseRef = { kind: "Host", stream: "titan.host", key: "default/pi" };
const TARGET: CauseRef = { kind: "Target", stream: "titan.target", key: "default/pi" };
const UNKNOWN: CauseRef = { kind: "Target", stream: "titan.target", key: "default/gone" };

test("a noun that many records name is looked up once, until the write is over", () => {
  const asked: CauseRef[] = [];
  let revision = 1;
  const labels = new CauseLabels((ref) => {
    asked.push(ref);
    return ref === UNKNOWN ? undefined : { kind: ref.kind, key: ref.key, revision };
  });
  const causesOf = (...refs: readonly CauseRef[]): { count: number; text: string } => {
    const { count, bytes } = labels.of(refs) as Exclude<Causes, readonly unknown[]>;
    return { count, text: Buffer.from(bytes).toString("latin1") };
  };
  const first = causesOf(HOST, TARGET, UNKNOWN);
  expect(first).toEqual({
    count: 2,
    text: "\u{8}Host\u{14}default/pi\u{2}\u{c}Target\u{14}default/pi\u{2}",
  });
  expect(causesOf(HOST, TARGET, UNKNOWN)).toEqual(first);
  expect(asked).toEqual([HOST, TARGET, UNKNOWN, HOST]);
  revision = 2;
  labels.forget();
  expect(causesOf(TARGET)).toEqual({ count: 1, text: "\u{c}Target\u{14}default/pi\u{4}" });
  expect(causesOf()).toEqual({ count: 0, text: "" });
});
