import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../json.ts";
import type { Template } from "../records.generated.ts";
import { deploymentValue, templateValue, workloadValue } from "../testing/noun-builders.ts";
import { bindFiles } from "./bind.ts";
import { renderDeployment } from "./deployment-rendering.ts";
import { parseTemplate } from "./parsed-template.ts";
import { describeTemplateProblem } from "./template-problem.ts";

const workload = workloadValue("iot/sensor", {}, { repo: "https://example.com/r", image: "i:1" });

function renderText(text: string, values: JsonObject, extra: Partial<Template> = {}) {
  const parsed = parseTemplate(templateValue("t", { "a.yaml": text }, extra));
  return renderDeployment(deploymentValue("iot/prod", values), workload, parsed);
}

/** The file as it lies on host `tim-pi`, which is at the site `barn`. */
function bound(text: string, values: JsonObject = {}, extra: Partial<Template> = {}): string {
  const rendering = renderText(text, values, extra);
  if (!rendering.ok) throw new Error(rendering.problems.map(describeTemplateProblem).join("\n"));
  const binding = bindFiles(rendering.files, { name: "tim-pi", labels: { site: "barn" } });
  if (!binding.ok) throw new Error(binding.problems.map(describeTemplateProblem).join("\n"));
  return new TextDecoder().decode(binding.files[0]?.bytes);
}

function problemsOf(text: string, values: JsonObject = {}): string[] {
  const rendering = renderText(text, values);
  if (rendering.ok) return [];
  return rendering.problems.map((problem) => `${problem.code} ${describeTemplateProblem(problem)}`);
}

test("all that is in scope", () => {
  const text =
    "{{workspace.name}} {{deployment.name}} {{target.name}} {{workload.name}} {{workload.repo}} {{workload.image}} {{host.name}} {{host.labels.site}}";
  expect(bound(text)).toBe("iot prod target sensor https://example.com/r i:1 tim-pi barn");
});

/** The behaviours that Mustache's specification asks for, with our names. */
test.each<[name: string, text: string, values: JsonObject, expected: string]>([
  ["no tag", "a {b} }}", {}, "a {b} }}"],
  [
    "three ways without escaping",
    "{{values.a}}{{{values.a}}}{{& values.a}}",
    { a: '<&">' },
    '<&"><&"><&">',
  ],
  [
    "numbers and booleans",
    "{{values.i}} {{values.d}} {{values.b}}",
    { i: 85, d: 1.21, b: true },
    "85 1.21 true",
  ],
  ["a true section", "[{{#values.a}}x{{/values.a}}]", { a: true }, "[x]"],
  ["a false section", "[{{#values.a}}x{{/values.a}}]", { a: false }, "[]"],
  ["null is false", "[{{#values.a}}x{{/values.a}}{{^values.a}}y{{/values.a}}]", { a: null }, "[y]"],
  [
    "an inverted section",
    "{{^values.a}}x{{/values.a}}{{^values.b}}y{{/values.b}}",
    { a: [], b: [1] },
    "x",
  ],
  ["a section at an object", "{{#values.o}}{{x}}{{/values.o}}", { o: { x: 1 } }, "1"],
  ["a section at a text", "{{#values.s}}{{.}}!{{/values.s}}", { s: "hi" }, "hi!"],
  ["a list of objects", "{{#values.l}}{{n}};{{/values.l}}", { l: [{ n: 1 }, { n: 2 }] }, "1;2;"],
  ["a list of texts", "{{#values.l}}({{.}}){{/values.l}}", { l: ["a", "b"] }, "(a)(b)"],
  [
    "lists in lists",
    "{{#values.l}}({{#.}}{{.}}{{/.}}){{/values.l}}",
    { l: [[1, 2], ["a"]] },
    "(12)(a)",
  ],
  [
    "outer names from within",
    "{{#values.o}}{{x}}{{workspace.name}}{{/values.o}}",
    { o: { x: 1 } },
    "1iot",
  ],
  [
    "the inner name wins",
    "{{#values.o}}{{workspace.name}}{{/values.o}}",
    { o: { workspace: { name: "in" } } },
    "in",
  ],
  ["an item's own host", "{{#values.o}}{{host}}{{/values.o}}", { o: { host: "db" } }, "db"],
  ["dotted sections", "{{#values.a.b}}x{{/values.a.b}}", { a: { b: true } }, "x"],
  ["quoted steps", '{{values["a.b/c"]}}', { "a.b/c": 1 }, "1"],
  ["a comment", "a{{! {{ no }}b", {}, "ab"],
  ["a standalone section", "a\n{{#values.a}}\nb\n{{/values.a}}\nc\n", { a: true }, "a\nb\nc\n"],
  [
    "an indented standalone section",
    "a\n  {{#values.a}}\nb\n  {{/values.a}}\nc",
    { a: true },
    "a\nb\nc",
  ],
  [
    "a standalone section with CRLF",
    "a\r\n{{#values.a}}\r\n{{/values.a}}\r\nb",
    { a: true },
    "a\r\nb",
  ],
  ["a standalone comment", "a\n  {{! x\n y }}\nb\n", {}, "a\nb\n"],
  ["an inline comment", " a {{! x }}\n", {}, " a \n"],
  ["a standalone tag is no section", "  {{values.a}}\n", { a: 1 }, "  1\n"],
  ["a section that ends on a text's line", "{{#values.a}}\n#{{/values.a}}\n/", { a: true }, "#\n/"],
  ["changed delimiters", "{{=<% %>=}}\n<%values.a%> {{values.a}}", { a: 1 }, "1 {{values.a}}"],
  ["equal delimiters", "{{= | | =}}|#values.a|x|/values.a|", { a: true }, "x"],
])("%s", (_name, text, values, expected) => {
  expect(bound(text, values)).toBe(expected);
});

test("a template can have delimiters of its own", () => {
  expect(bound("[[values.a]] {{ .Values.b }}", { a: 1 }, { delimiters: ["[[", "]]"] })).toBe(
    "1 {{ .Values.b }}",
  );
});

test("the deployment's values win over the workload's, and those over the defaults", () => {
  const template = templateValue(
    "t",
    { a: "{{values.o.x}}{{values.o.y}}{{values.o.z}}{{#values.l}}{{.}}{{/values.l}}" },
    {
      defaults: '{"l":[1,2],"o":{"x":0,"y":0,"z":0}}',
    },
  );
  const rendering = renderDeployment(
    deploymentValue("iot/prod", { o: { z: 2 }, l: [3] }),
    workloadValue("iot/sensor", { o: { y: 1, z: 1 } }),
    parseTemplate(template),
  );
  expect(rendering).toMatchObject({ ok: true, files: [{ pieces: [{ text: "0123" }] }] });
});

test("what a value holds is never expanded", () => {
  const evil = "{{host.name}} [[host.name]] {{=<% %>=}} {{#values.a}}";
  expect(bound("{{values.a}}|{{host.name}}", { a: evil })).toBe(`${evil}|tim-pi`);
  expect(bound("[[values.a]]|[[host.name]]", { a: evil }, { delimiters: ["[[", "]]"] })).toBe(
    `${evil}|tim-pi`,
  );
});

test("neighbouring texts are one piece, and host values are references", () => {
  expect(renderText("a{{values.x}}b{{host.name}}{{host.labels.site}}c", { x: 1 })).toMatchObject({
    ok: true,
    files: [
      {
        pieces: [
          { text: "a1b", label: null, hostName: false },
          { text: null, label: null, hostName: true },
          { text: null, label: "site", hostName: false },
          { text: "c", label: null, hostName: false },
        ],
        bytes: null,
      },
    ],
  });
});

test("all missing names are reported at once, each once, with their lines", () => {
  const text =
    "{{values.a}}\n{{values.b.c}}\n{{#values.d}}{{/values.d}}{{^values.e}}{{/values.e}}\n{{values.a}}";
  expect(problemsOf(text, { b: { d: 1 } })).toEqual([
    'missing-value a.yaml:1: nothing supplies "values.a"',
    'missing-value a.yaml:2: nothing supplies "values.b.c"',
    'missing-value a.yaml:3: nothing supplies "values.d"',
    'missing-value a.yaml:3: nothing supplies "values.e"',
    'missing-value a.yaml:4: nothing supplies "values.a"',
  ]);
});

test.each<[text: string, values: JsonObject, problem: string]>([
  ["{{values.constructor.name}}", {}, "missing-value"],
  ["{{values.toString}}", {}, "missing-value"],
  ["{{values.a.length}}", { a: "text" }, "missing-value"],
  ["{{values.a.0}}", { a: ["x"] }, "missing-value"],
  ["{{#values.a}}{{b}}{{/values.a}}", { a: true }, "missing-value"],
  ["{{values.a}}", { a: null }, "not-a-scalar"],
  ["{{values.a}}", { a: [1] }, "not-a-scalar"],
  ["{{values.a}}", { a: {} }, "not-a-scalar"],
  ["{{values}}", {}, "unknown-name"],
  ["{{#values.a}}{{host.labels.site.x}}{{/values.a}}", { a: 1 }, "missing-value"],
  ["{{#values.a}}{{#host.name}}{{/host.name}}{{/values.a}}", { a: 1 }, "host-section"],
])("%s is a problem", (text, values, problem) => {
  if (problem === "unknown-name") return expect(problemsOf(text, values)).toHaveLength(1);
  return expect(problemsOf(text, values)[0]).toMatch(new RegExp(`^${problem}`));
});

test("a workload without an image supplies none, and a section can ask for it", () => {
  const bare = workloadValue("iot/sensor");
  const render = (text: string) =>
    renderDeployment(
      deploymentValue("iot/prod"),
      bare,
      parseTemplate(templateValue("t", { a: text })),
    );
  expect(render("{{workload.image}}")).toMatchObject({ ok: false });
  expect(render("{{#workload.image}}x{{/workload.image}}")).toMatchObject({ ok: true });
});

test("output and steps are bounded", () => {
  const loops = (depth: number, body: string) =>
    "{{#values.l}}".repeat(depth) + body + "{{/values.l}}".repeat(depth);
  const l = Array.from({ length: 20 }, (_, index) => index);
  expect(problemsOf(loops(6, ""), { l })[0]).toMatch(/^render-too-long/);
  expect(problemsOf(loops(3, "x".repeat(100)), { l })[0]).toMatch(/^output-too-large/);
  expect(problemsOf("{{host.name}}".repeat(4_000))).toEqual([]);
});

test("values that name the same place twice are not confused by letters", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string(), (value, other) => {
      if (!value.isWellFormed()) return;
      expect(bound("<{{values.v}}|{{values.o}}>", { v: value, o: other })).toBe(
        `<${value}|${other}>`,
      );
    }),
  );
});

test("rendering never throws, whatever the template and the values", () => {
  const pieces = fc.constantFrom(
    "{{",
    "}}",
    "{{{",
    "}}}",
    "#",
    "/",
    "^",
    "!",
    "=",
    ">",
    "&",
    ".",
    "values",
    "host",
    "name",
    "labels",
    '["a"]',
    " ",
    "\n",
    "a",
  );
  const leaf = fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string(),
  );
  const values: fc.Arbitrary<JsonValue> = fc.oneof(
    leaf,
    fc.array(leaf),
    fc.dictionary(fc.string(), leaf),
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 40 }), values, (parts, a) => {
      renderText(parts.join(""), { a });
    }),
    { numRuns: 2_000 },
  );
});
