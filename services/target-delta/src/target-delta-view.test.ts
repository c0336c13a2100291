import {
  CORPUS,
  expectBatchingIsIrrelevant,
  expectGolden,
  gone,
  host,
  randomRecord,
  specFor,
  target,
} from "@titan/processor-runtime/testing";
import fc from "fast-check";
import { test } from "vitest";
import { targetDelta } from "./target-delta-view.ts";

const member = (key: string, ...targets: readonly string[]) => ({
  key,
  current: targets.length === 0 ? null : { targets },
});
const lab = target("lab", "site=lab");

test("a host that matches joins the target", () => {
  specFor(targetDelta)
    .given(lab)
    .when(host("tim-pi", { site: "lab" }))
    .emits({
      key: "default/tim-pi",
      current: { workspace: "default", host: "tim-pi", targets: ["default/lab"] },
    });
});

test("a host that stops matching leaves the target", () => {
  specFor(targetDelta)
    .given(host("tim-pi", { site: "lab" }), lab)
    .when(host("tim-pi", { site: "barn" }))
    .emits(member("default/tim-pi"));
});

test("a target that is updated: those removed leave, those added join, those that stay hear nothing", () => {
  specFor(targetDelta)
    .given(host("old", { site: "lab" }), host("stays", { site: "lab", rack: "7" }), lab)
    .given(host("new", { site: "barn", rack: "7" }))
    .when(target("lab", "rack=7"))
    .emits(member("default/old"), member("default/new", "default/lab"));
});

test("a selector and the labels that change at once make nobody leave and join", () => {
  specFor(targetDelta)
    .given(host("a", { site: "lab" }), host("b", { site: "lab" }), lab)
    .when(host("a", { site: "barn" }), host("b", { site: "barn" }), target("lab", "site=barn"))
    .emitsNothing();
});

test("a target of a workspace sees the hosts of that workspace and of default, and no other", () => {
  specFor(targetDelta)
    .given(host("shared"), host("iot/own"), host("other/foreign"))
    .when(target("iot/all", ""))
    .emits(member("default/shared", "iot/all"), member("iot/own", "iot/all"));
});

test("a target of default sees the hosts of default only", () => {
  specFor(targetDelta)
    .given(host("shared"), host("iot/own"))
    .when(target("all", ""))
    .emits(member("default/shared", "default/all"));
});

test("a target that is deleted is left by all its hosts", () => {
  specFor(targetDelta)
    .given(host("a", { site: "lab" }), host("b", { site: "lab", rack: "7" }), lab)
    .given(target("racked", "rack=7"))
    .when(gone(lab))
    .emits(member("default/a"), member("default/b", "default/racked"));
});

test("a host that is deleted leaves everything, and comes back as what it then is", () => {
  const spec = specFor(targetDelta).given(lab, host("a", { site: "lab" }));
  spec.when(gone(host("a"))).emits(member("default/a"));
  spec.when(host("a", { site: "lab" }, 9)).emits(member("default/a", "default/lab"));
});

test("a host with the same labels anew says nothing: its incarnation is not in the membership", () => {
  specFor(targetDelta)
    .given(lab, host("a", { site: "lab" }, 1))
    .when(host("a", { site: "lab" }, 9))
    .emitsNothing();
});

test("the targets of a host are sorted, in whatever order they came", () => {
  specFor(targetDelta)
    .given(target("z", ""), target("m", ""), host("h"))
    .when(target("a", ""))
    .emits(member("default/h", "default/a", "default/m", "default/z"));
});

test("any history in any batching ends as a recompute from zero does", () => {
  expectBatchingIsIrrelevant(targetDelta, fc.oneof(randomRecord.host, randomRecord.target));
});

test("the output bytes are those of this version", () => {
  expectGolden(targetDelta, CORPUS, import.meta.url);
});
