import { expect, test } from "vitest";
import type { EventSink } from "./event-sink.ts";
import { SinkIndex } from "./sink-index.ts";

const sinkOf = (actor: string): EventSink => ({
  caller: { kind: "user", actor, role: "viewer", workspaces: [] },
  closed: false,
  send: () => {},
  keepAlive: () => {},
  end: () => {},
});

test("a key has the sinks that were added under it and not removed", () => {
  const index = new SinkIndex();
  const [one, two, three] = [sinkOf("one"), sinkOf("two"), sinkOf("three")];
  for (const sink of [one, one, two]) index.add("a", sink);
  index.add("b", three);
  expect([...index.of("a")]).toEqual([one, two]);
  expect([...index.of("b")]).toEqual([three]);
  index.remove("a", three);
  index.remove("b", one);
  expect([[...index.of("a")], [...index.of("b")]]).toEqual([[one, two], [three]]);
  index.remove("a", one);
  index.remove("b", three);
  expect([[...index.of("a")], [...index.of("b")]]).toEqual([[two], []]);
  index.remove("a", two);
  expect([...index.of("a")]).toEqual([]);
});

test("sinks that are removed while a key is gone through are passed over", () => {
  const index = new SinkIndex();
  const sinks = [sinkOf("one"), sinkOf("two"), sinkOf("three")];
  for (const sink of sinks) index.add("a", sink);
  const seen: EventSink[] = [];
  for (const sink of index.of("a")) {
    seen.push(sink);
    for (const each of sinks) index.remove("a", each);
  }
  expect(seen).toEqual([sinks[0]]);
});
