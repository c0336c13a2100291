import {
  assignment,
  CORPUS,
  deployment,
  expectBatchingIsIrrelevant,
  expectGolden,
  gone,
  host,
  hostTarget,
  randomRecord,
  specFor,
  template,
  type Given,
} from "@titan/processor-runtime/testing";
import fc from "fast-check";
import { test } from "vitest";
import { deploymentFanout } from "./deployment-fanout-view.ts";

const refs = { workload: "w", template: "p", target: "lab" };
const plain = template("p", { "a.conf": "{{deployment.name}} {{host.name}}" });
const zoned = template("p", { "a.conf": "{{host.labels.zone}}" });
const prod = deployment("prod", refs);
const inLab = (...names: readonly string[]): Given[] =>
  names.flatMap((name) => [host(name, { zone: "a" }), hostTarget(name, "lab")]);
const runs = (name: string, more: object = {}) => ({
  key: `default/${name}/default/prod`,
  current: { host: `default/${name}`, deployment: "default/prod", ...more },
});
const stops = (name: string) => ({ key: `default/${name}/default/prod`, current: null });

test("a deployment that is created: every matching host is told which stream to watch", () => {
  specFor(deploymentFanout)
    .given(plain, ...inLab("a", "b"), host("far"), hostTarget("far", "barn"))
    .when(prod)
    .emits(
      runs("a", { stream: "titan.deployment.default.prod", createdRevision: 1, hostLabels: {} }),
      runs("b"),
    );
});

test("a deployment that is deleted: every host on it gets a DELETE", () => {
  specFor(deploymentFanout)
    .given(plain, ...inLab("a", "b"), prod)
    .when(gone(prod))
    .emits(stops("a"), stops("b"));
});

test("a host that is deleted gets a DELETE for each deployment on it", () => {
  const other = deployment("other", refs);
  specFor(deploymentFanout)
    .given(plain, ...inLab("a", "b"), prod, other)
    .when(gone(host("a")), hostTarget("a"))
    .emits(stops("a"), { key: "default/a/default/other", current: null });
});

test("a relabelled host gains what it joined and loses what it left", () => {
  const barn = deployment("barn-only", { ...refs, target: "barn" });
  specFor(deploymentFanout)
    .given(plain, ...inLab("a"), prod, barn)
    .when(host("a", { zone: "b" }), hostTarget("a", "barn"))
    .emits(stops("a"), {
      key: "default/a/default/barn-only",
      current: { deployment: "default/barn-only" },
    });
});

test("a selector and the labels that change at once make nobody leave and join", () => {
  specFor(deploymentFanout)
    .given(plain, ...inLab("a", "b"), prod)
    .when(host("a", { zone: "b" }), host("b", { zone: "b" }))
    .emitsNothing();
});

test("a deployment that moves to another target leaves the old hosts and joins the new", () => {
  specFor(deploymentFanout)
    .given(plain, ...inLab("a"), host("b"), hostTarget("b", "barn", "lab"))
    .given(host("c"), hostTarget("c", "barn"), prod)
    .when(deployment("prod", { ...refs, target: "barn" }))
    .emits(stops("a"), runs("c"));
});

test("the host's own values that the template needs are in the record, and no others", () => {
  specFor(deploymentFanout)
    .given(zoned, host("a", { zone: "a", secret: "x" }), hostTarget("a", "lab"))
    .when(prod)
    .emits({ key: "default/a/default/prod", current: { hostLabels: { zone: "a" } } });
});

test("a host that lacks a label that the template needs is treated as not selected", () => {
  const spec = specFor(deploymentFanout).given(zoned, host("a"), hostTarget("a", "lab"));
  spec.when(prod).emitsNothing();
  spec.when(host("a", { zone: "x" })).emits(runs("a", { hostLabels: { zone: "x" } }));
  spec.when(host("a", { zone: "y" })).emits(runs("a", { hostLabels: { zone: "y" } }));
  spec.when(host("a")).emits(stops("a"));
});

test("a label of the host that the template does not name changes nothing", () => {
  specFor(deploymentFanout)
    .given(zoned, ...inLab("a"), prod)
    .when(host("a", { zone: "a", rack: "7" }))
    .emitsNothing();
});

test("a template that gains a host label loses the hosts that lack it", () => {
  specFor(deploymentFanout)
    .given(plain, ...inLab("a"), host("b"), hostTarget("b", "lab"), prod)
    .when(zoned)
    .emits(runs("a", { hostLabels: { zone: "a" } }), stops("b"));
});

test("with replicas only the assigned hosts run it", () => {
  const two = deployment("prod", refs, { replicas: 1 });
  const spec = specFor(deploymentFanout).given(plain, ...inLab("a", "b"), two);
  spec.when(assignment("prod", "a")).emits(runs("a"));
  spec.when(gone(assignment("prod", "a")), assignment("prod", "b")).emits(stops("a"), runs("b"));
  spec.when(prod).emits(runs("a"));
});

test("a template gains a host label that half of the hosts lack, with one replica: it moves at once", () => {
  specFor(deploymentFanout)
    .given(plain, ...inLab("a"), host("b"), hostTarget("b", "lab"))
    .given(deployment("prod", refs, { replicas: 1 }), assignment("prod", "b"))
    .when(zoned, gone(assignment("prod", "b")), assignment("prod", "a"))
    .emits(runs("a", { hostLabels: { zone: "a" } }), stops("b"));
});

test("a deployment or a host anew under its name is another incarnation", () => {
  const spec = specFor(deploymentFanout).given(plain, ...inLab("a"), prod);
  spec
    .when(deployment("prod", refs, { createdRevision: 9 }))
    .emits(runs("a", { createdRevision: 9, hostCreatedRevision: 1 }));
  spec.when(host("a", {}, 12)).emits(runs("a", { createdRevision: 9, hostCreatedRevision: 12 }));
});

test("deployments of a workspace reach hosts of default", () => {
  specFor(deploymentFanout)
    .given(plain, host("shared"), hostTarget("shared", "iot/lab"))
    .when(deployment("iot/one", { ...refs, target: "iot/lab" }))
    .emits({
      key: "default/shared/iot/one",
      current: { stream: "titan.deployment.iot.one" },
    });
});

test("any history in any batching ends as a recompute from zero does", () => {
  const record = fc.oneof(
    randomRecord.host,
    randomRecord.deployment,
    randomRecord.template,
    randomRecord.hostTarget,
    randomRecord.assignment,
  );
  expectBatchingIsIrrelevant(deploymentFanout, record);
});

test("the output bytes are those of this version", () => {
  expectGolden(deploymentFanout, CORPUS, import.meta.url);
});
