import {
  CORPUS,
  expectBatchingIsIrrelevant,
  expectGolden,
  gone,
  randomRecord,
  rendered,
  specFor,
} from "@titan/processor-runtime/testing";
import { expect, test } from "vitest";
import { deploymentSlices } from "./deployment-slices-view.ts";

const slices = deploymentSlices.emits;
if (slices.kind !== "slices") throw new Error("the forwarder writes slices");
const first = rendered("iot/prod", { "a.conf": "one" });

test("the stream of a deployment holds its rendered state, as it is", () => {
  specFor(deploymentSlices).when(first).emits({ key: "iot/prod", current: first.current });
});

test("a template's update is the new state in the stream", () => {
  const second = rendered("iot/prod", { "a.conf": "two" });
  specFor(deploymentSlices)
    .given(first, rendered("other", { "a.conf": "x" }))
    .when(second)
    .emits({ key: "iot/prod", current: second.current });
});

test("a deployment that is deleted has a DELETE in its stream", () => {
  specFor(deploymentSlices)
    .given(first)
    .when(gone(first))
    .emits({ key: "iot/prod", current: null });
});

test("created anew under its name it is another incarnation in the same stream", () => {
  specFor(deploymentSlices)
    .given(first)
    .when(rendered("iot/prod", { "a.conf": "one" }, 9))
    .emits({ key: "iot/prod", current: { createdRevision: 9 } });
});

test("each deployment has a topic of its own, placed by its key", () => {
  const topic = "titan.deployment.iot.prod";
  expect(slices.slice("iot/prod")).toEqual({ topic, key: "iot/prod" });
  expect(slices.nameOf(topic, "iot/prod")).toBe("iot/prod");
  expect(slices.placement(topic)).toBe("iot/prod");
});

test("any history in any batching ends as a recompute from zero does", () => {
  expectBatchingIsIrrelevant(deploymentSlices, randomRecord.rendered);
});

test("the output bytes are those of this version", () => {
  expectGolden(deploymentSlices, CORPUS, import.meta.url);
});
