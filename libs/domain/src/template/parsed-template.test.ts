import { expect, test } from "vitest";
import type { Template } from "../records.generated.ts";
import { templateValue } from "../testing/noun-builders.ts";
import { describeTemplateProblem } from "./template-problem.ts";
import { parseTemplate } from "./parsed-template.ts";

function parse(text: string, extra: Partial<Template> = {}) {
  return parseTemplate(templateValue("t", { "a.yaml": text }, extra));
}

/** `code file:line: detail` of each problem. */
function problemsOf(text: string, extra: Partial<Template> = {}): string[] {
  const parsed = parse(text, extra);
  if (parsed.ok) return [];
  return parsed.problems.map((problem) => `${problem.code} ${describeTemplateProblem(problem)}`);
}

test("what a template needs of a host is known by parsing it", () => {
  const parsed = parse(
    `{{host.labels.site}} {{host.labels["example.com/site"]}}
     {{#values.on}}{{{ host.labels.zone }}}{{/values.on}} {{host.name}}`,
  );
  expect(parsed).toMatchObject({
    ok: true,
    template: { hostLabels: ["example.com/site", "site", "zone"], needsHostName: true },
  });
});

test("a template that names no host value needs none", () => {
  expect(parse("{{values.host}} host.name")).toMatchObject({
    ok: true,
    template: { hostLabels: [], needsHostName: false },
  });
});

test("binary and verbatim files are copied, whatever they hold", () => {
  const parsed = parseTemplate({
    files: [
      { path: "logo", text: null, bytes: Uint8Array.of(1, 2), executable: false },
      { path: "charts/x.tpl", text: "{{ .Values.broken", bytes: null, executable: true },
    ],
    delimiters: [],
    verbatim: ["*.tpl"],
    defaults: "{}",
  });
  expect(parsed).toMatchObject({
    ok: true,
    template: {
      files: [
        { kind: "copied", path: "charts/x.tpl", text: "{{ .Values.broken", executable: true },
        { kind: "copied", path: "logo", bytes: Uint8Array.of(1, 2) },
      ],
    },
  });
});

test.each([
  ["a\n{{values.a", 'template-syntax a.yaml:2: a tag is not closed by "}}"'],
  ["{{#values.a}}\n\n", 'template-syntax a.yaml:1: section "values.a" is not closed'],
  ["\n{{/values.a}}", 'template-syntax a.yaml:2: section "values.a" was not opened'],
  [
    "{{#values.a}}\n{{/values.b}}",
    'template-syntax a.yaml:2: section "values.a" is open here, and "values.b" is closed',
  ],
  ["{{>part}}", 'template-unsupported a.yaml:1: partials do not exist here, and "part" is one'],
  ["{{}}", "template-syntax a.yaml:1: a tag must not be empty"],
  ["{{values a}}", 'template-syntax a.yaml:1: "values a" is not a name'],
  ["{{values..a}}", 'template-syntax a.yaml:1: "values..a" is not a name'],
  ["{{ .Values.a }}", 'template-syntax a.yaml:1: ".Values.a" is not a name'],
  ["{{image}}", 'unknown-name a.yaml:1: "image" is not in scope'],
  ["{{constructor.name}}", 'unknown-name a.yaml:1: "constructor.name" is not in scope'],
  ["{{workload.nme}}", 'unknown-name a.yaml:1: "workload.nme" is not in scope'],
  ["{{workload}}", 'unknown-name a.yaml:1: "workload" is not in scope'],
  ["{{.}}", 'unknown-name a.yaml:1: "." is not in scope'],
  ["{{host}}", 'unknown-name a.yaml:1: "host" is not in scope'],
  ["{{host.labels.a.b}}", 'unknown-name a.yaml:1: "host.labels.a.b" is not in scope'],
  ["{{host.labels.-a}}", 'unknown-name a.yaml:1: "host.labels.-a" is not in scope'],
  [
    "{{#host.labels.gpu}}x{{/host.labels.gpu}}",
    'host-section a.yaml:1: "host.labels.gpu" is known only on the host, so no section can depend on it',
  ],
  ["{{=<% %>}} x", 'template-syntax a.yaml:1: a tag is not closed by "=}}"'],
  ["{{=a b=}} x", "template-syntax a.yaml:1: a delimiter has no letters and digits"],
])("%j is refused with its place", (text, problem) => {
  expect(problemsOf(text)).toEqual([problem]);
});

test("all problems are reported, not only the first", () => {
  expect(problemsOf("{{image}}\n{{repo}}\n{{values.ok}}\n{{imagine}}")).toHaveLength(3);
});

test("a hint says what was probably meant", () => {
  const hintOf = (text: string) => {
    const parsed = parse(text);
    return parsed.ok ? "" : parsed.problems[0]?.hint;
  };
  expect(hintOf("{{image}}")).toBe('write "values.image"');
  expect(hintOf("{{valeus.image}}")).toBe('did you mean "values"?');
  expect(hintOf("{{workload.nme}}")).toBe(
    "workload has workload.name, workload.repo, workload.image",
  );
  expect(hintOf("{{host.labels.a.b}}")).toBe('write host.labels["a.b"]');
});

test("a bracket right before the closing delimiter needs a blank between", () => {
  const delimiters = ["[[", "]]"];
  expect(problemsOf('[[host.labels["a"] ]]', { delimiters })).toEqual([]);
  const cut = parse('[[host.labels["a"]]]', { delimiters });
  expect(cut.ok ? "" : cut.problems[0]?.hint).toBe("leave a blank before the closing delimiter");
});

test.each([[["{{"]], [["", "}}"]], [["a", "b"]], [["= ", "}}"]], [["{{{{{{{{{", "}}"]]])(
  "delimiters %j are refused",
  (delimiters) => {
    expect(problemsOf("", { delimiters })[0]).toMatch(/^invalid-delimiters/);
  },
);

test("defaults that are no object, or could reach a prototype, are a problem", () => {
  for (const defaults of ["[]", "{", '{"a":{"__proto__":{}}}', '{"constructor":1}']) {
    expect(problemsOf("", { defaults })[0]).toMatch(/^malformed-values/);
  }
});

test("hostile files are refused or parsed in little time", () => {
  const size = 256 * 1_024;
  expect(problemsOf(`{{${" ".repeat(size)}`)[0]).toMatch(/^template-syntax/);
  expect(problemsOf(`{{!${" ".repeat(200)}}}`)[0]).toMatch(/^template-too-complex/);
  expect(problemsOf(`{{values.${"a".repeat(2_000)}}}`)[0]).toMatch(/^template-too-complex/);
  expect(problemsOf("{{values.a}}".repeat(5_001))[0]).toMatch(/^template-too-complex/);
  expect(problemsOf("{{#values.a}}".repeat(65))[0]).toMatch(/^nesting-too-deep/);
  expect(
    problemsOf("[[values.a]]".repeat(5_000).padEnd(size), { delimiters: ["[[", "]]"] }),
  ).toEqual([]);
});
