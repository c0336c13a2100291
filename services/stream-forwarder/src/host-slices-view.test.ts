import {
  CORPUS,
  expectBatchingIsIrrelevant,
  expectGolden,
  gone,
  host,
  hostDeployment,
  randomRecord,
  specFor,
} from "@titan/processor-runtime/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hostSlices } from "./host-slices-view.ts";

const slices = hostSlices.emits;
if (slices.kind !== "slices") throw new Error("the forwarder writes slices");

test("what belongs on a host is in its slice, as it is", () => {
  const prod = hostDeployment("tim-pi", "iot/prod", { hostLabels: { zone: "a" } });
  specFor(hostSlices)
    .given(host("tim-pi"))
    .when(prod)
    .emits({ key: "default/tim-pi/iot/prod", current: prod.current });
});

test("each host has a topic of its own, in which the key is the deployment's", () => {
  expect(slices.slice("iot/tim-pi/default/prod")).toEqual({
    topic: "titan.host.iot.tim-pi",
    key: "default/prod",
  });
  expect(slices.nameOf("titan.host.iot.tim-pi", "default/prod")).toBe("iot/tim-pi/default/prod");
});

test("a host that has no deployment has a slice too, so that it knows that it has none", () => {
  const state = hostSlices.empty();
  expect([...hostSlices.learn(state, [host("iot/bare")])]).toEqual(["iot/bare"]);
  expect([...hostSlices.keys(state)]).toEqual(["iot/bare"]);
  expect(slices.slice("iot/bare")).toEqual({ topic: "titan.host.iot.bare", key: "" });
  expect(hostSlices.value(state, "iot/bare")).toBeUndefined();
});

test("a host that is deleted has a DELETE for each deployment in its slice", () => {
  const [prod, other] = [hostDeployment("a", "prod"), hostDeployment("a", "other")];
  specFor(hostSlices)
    .given(host("a"), host("b"), prod, other, hostDeployment("b", "prod"))
    .when(gone(host("a")), gone(prod), gone(other))
    .emits(
      { key: "default/a/default/prod", current: null },
      { key: "default/a/default/other", current: null },
    );
});

test("another incarnation of a deployment is another value in the slice", () => {
  specFor(hostSlices)
    .given(host("a"), hostDeployment("a", "prod"))
    .when(hostDeployment("a", "prod", { createdRevision: 9 }))
    .emits({ key: "default/a/default/prod", current: { createdRevision: 9 } });
});

test("a slice is placed with its host", () => {
  expect(slices.placement("titan.host.iot.tim-pi")).toBe("iot/tim-pi");
});

test("any history in any batching ends as a recompute from zero does", () => {
  expectBatchingIsIrrelevant(hostSlices, fc.oneof(randomRecord.host, randomRecord.hostDeployment));
});

test("the output bytes are those of this version", () => {
  expectGolden(hostSlices, CORPUS, import.meta.url);
});
