import { bindFiles, type RenderedDeployment } from "@titan/domain";
import {
  CORPUS,
  deployment,
  expectBatchingIsIrrelevant,
  expectGolden,
  gone,
  randomRecord,
  recompute,
  REFERENCES,
  specFor,
  template,
  workload,
  type Given,
} from "@titan/processor-runtime/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { templateRender } from "./template-render-view.ts";

const refs = { workload: "w", template: "p", target: "lab" };
const sensor = workload("w", { image: "sensor:1" });
const plain = template("p", { "a.conf": "{{deployment.name}} {{workload.image}}" });
const prod = deployment("prod", refs);
const files = (key: string, ...texts: readonly string[]) => ({
  key,
  current: { problem: null, files: texts.map((text) => ({ pieces: [{ text }] })) },
});

function render(...records: readonly Given[]): RenderedDeployment {
  const value = recompute(templateRender, records).get("default/prod");
  if (value === undefined) throw new Error("default/prod was not rendered");
  return value;
}

test("a deployment that is created has its complete files in its stream", () => {
  specFor(templateRender)
    .given(sensor, plain)
    .when(prod)
    .emits(files("default/prod", "prod sensor:1"));
});

test("a template that is updated: every deployment that uses it is rendered again, no other", () => {
  specFor(templateRender)
    .given(sensor, plain, template("q", { "a.conf": "q" }), prod, deployment("iot/one", refs))
    .given(deployment("other", { ...refs, template: "q" }))
    .when(template("p", { "a.conf": "new {{deployment.name}}" }))
    .emits(files("default/prod", "new prod"), files("iot/one", "new one"));
});

test("a workload's new image is a new state of its deployments", () => {
  specFor(templateRender)
    .given(sensor, plain, prod)
    .when(workload("w", { image: "sensor:2" }))
    .emits(files("default/prod", "prod sensor:2"));
});

test("what does not reach a file makes no record", () => {
  specFor(templateRender)
    .given(sensor, plain, prod)
    .when(workload("w", { image: "sensor:1", repo: "elsewhere", values: '{"unused":1}' }))
    .emitsNothing();
});

test("a deployment that is deleted is gone from its stream", () => {
  specFor(templateRender)
    .given(sensor, plain, prod)
    .when(gone(prod))
    .emits({ key: "default/prod", current: null });
});

test("created anew under its name it is another incarnation, though the files are equal", () => {
  specFor(templateRender)
    .given(sensor, plain, prod)
    .when(deployment("prod", refs, { createdRevision: 9 }))
    .emits({ key: "default/prod", current: { createdRevision: 9 } });
});

test("a deployment that takes another template forgets the old one", () => {
  const spec = specFor(templateRender).given(sensor, plain, template("q", { "a.conf": "q" }), prod);
  spec.when(deployment("prod", { ...refs, template: "q" })).emits(files("default/prod", "q"));
  spec.when(template("p", { "a.conf": "unused" })).emitsNothing();
});

test("several inputs that change at once are rendered once, together", () => {
  specFor(templateRender)
    .given(sensor, plain, prod)
    .when(
      workload("w", { image: "sensor:2" }),
      template("p", { "a.conf": "{{workload.image}} {{values.x}}" }),
      deployment("prod", refs, { values: '{"x":"y"}' }),
    )
    .emits(files("default/prod", "sensor:2 y"));
});

test("values are layered: template defaults under the workload's under the deployment's", () => {
  const all = template(
    "p",
    { "a.conf": "{{values.a}} {{values.b}} {{values.c}}" },
    { defaults: '{"a":"t","b":"t","c":"t"}' },
  );
  const value = render(
    workload("w", { values: '{"b":"w","c":"w"}' }),
    all,
    deployment("prod", refs, { values: '{"c":"d"}' }),
  );
  expect(value).toMatchObject(files("", "t w d").current);
});

test("a value that contains {{host.name}}, or the template's delimiters, arrives as typed", () => {
  const values = '{"a":"{{host.name}}","b":"[[values.a]]","c":"{{{x}}} {{=<% %>=}}"}';
  for (const [open, close, delimiters] of [
    ["{{", "}}", []],
    ["[[", "]]", ["[[", "]]"]],
  ] as const) {
    const hole = (name: string): string => `${open}${name}${close}`;
    const text = `${hole("values.a")}|${hole("values.b")}|${hole("values.c")}|${hole("host.name")}`;
    const value = render(
      sensor,
      template("p", { "a.conf": text }, { delimiters }),
      deployment("prod", refs, { values }),
    );
    const bound = bindFiles(value.files, { name: "tim-pi", labels: {} });
    expect(bound.ok && Buffer.from(bound.files[0]?.bytes ?? []).toString()).toBe(
      "{{host.name}}|[[values.a]]|{{{x}}} {{=<% %>=}}|tim-pi",
    );
  }
});

test("the host's values stay holes, and the labels that are needed are named", () => {
  const value = render(
    sensor,
    template("p", { "a.conf": "{{host.name}} {{host.labels.zone}}" }),
    prod,
  );
  expect(value.hostLabels).toEqual(["zone"]);
  expect(value.files[0]?.pieces.map(({ label, hostName }) => [label, hostName])).toEqual([
    [null, true],
    [null, false],
    ["zone", false],
  ]);
});

test("what does not render is an explicit problem without files, and heals", () => {
  const spec = specFor(templateRender).given(sensor, plain, prod);
  spec
    .when(template("p", { "a.conf": "{{values.missing}}" }))
    .emits({ key: "default/prod", current: { files: [], problem: { code: "missing-value" } } });
  spec.when(plain).emits(files("default/prod", "prod sensor:1"));
});

test("inputs that are not at one revision are a bug, not a value", () => {
  expect(() => recompute(templateRender, [sensor, prod])).toThrow("not at one revision");
});

test("any history in any batching ends as a recompute from zero does", () => {
  const { deployment: some, template: parts, workload: sources } = randomRecord;
  expectBatchingIsIrrelevant(templateRender, fc.oneof(some, parts, sources), REFERENCES);
});

test("the output bytes are those of this version", () => {
  expectGolden(templateRender, CORPUS, import.meta.url);
});
