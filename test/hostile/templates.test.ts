import {
  bindFiles,
  globMatches,
  parseTemplate,
  parseValues,
  pathFault,
  render,
  scopeOf,
  type TemplateSource,
} from "@titan/domain";
import fc, { type Arbitrary } from "fast-check";
import { expect, test } from "vitest";
import { CASES, expectInProportion, tryAll } from "./cases.ts";
import { hostileJson, hostileText, sentences } from "./hostile-values.ts";

/** What a deployment's files may take, and how many steps; see the budget of the rendering. */
const OUTPUT_BYTES_MAX = 512 * 1024;
const EVALUATIONS_MAX = 100_000;
/** Each of 64 sections within another may have begun a turn when the budget is spent. */
const STEPS_BEYOND = 2 * 64;

const WORDS = [
  "{{",
  "}}",
  "{{{",
  "}}}",
  "{{#values.a}}",
  "{{/values.a}}",
  "{{^values.b}}",
  "{{/values.b}}",
  "{{#a}}",
  "{{/a}}",
  "{{.}}",
  "{{values.a}}",
  "{{host.name}}",
  '{{host.labels["a/b"]}}',
  "{{&values.b}}",
  "{{=<% %>=}}",
  "<%={{ }}=%>",
  "<%values.a%>",
  "{{!",
  "{{>x}}",
  "{{#host.name}}",
  "{{values.__proto__}}",
  "{{values.constructor.name}}",
  "{{constructor}}",
  "{{__proto__.x}}",
  "{{#values.constructor}}",
  "{{/values.constructor}}",
  "{{toString}}",
  "\n",
  "  ",
  "text",
] as const;

function sourceOf(text: string, defaults = ""): TemplateSource {
  const files = [{ path: "a", executable: false, text, bytes: null }];
  return { files, delimiters: [], verbatim: [], defaults };
}

/** Renders in a scope with these values; answers with the rendering, where there is a template. */
function renderText(text: string, values: string): ReturnType<typeof render> | undefined {
  const parsed = parseTemplate(sourceOf(text));
  if (!parsed.ok) {
    expect(parsed.problems.length).toBeGreaterThan(0);
    return undefined;
  }
  const scope = scopeOf(
    { workspace: "default", name: "d", target: "default/t", values },
    { name: "w", repo: "", image: "", values: "" },
    parsed.template.defaults,
  );
  return scope.ok ? render(parsed.template, scope.scope) : undefined;
}

const values: Arbitrary<string> = fc
  .oneof(
    hostileJson.map((a) => ({ a, b: a })),
    fc.constantFrom({ a: [1, 2, { a: [3] }], b: false }, { a: { a: { a: true } }, b: [] }, {}),
  )
  .map((object) => JSON.stringify(object));

test(`${CASES} templates are rendered within the budget or refused, and reach no prototype`, () => {
  const names = Object.getOwnPropertyNames(Object.prototype).sort();
  tryAll(fc.tuple(sentences(WORDS), values), ([text, given]) => {
    const rendering = renderText(text, given);
    if (rendering === undefined) return;
    expect(rendering.evaluations).toBeLessThanOrEqual(EVALUATIONS_MAX + STEPS_BEYOND);
    if (!rendering.ok) {
      expect(rendering.problems.length).toBeGreaterThan(0);
      return;
    }
    const bound = bindFiles(rendering.files, { name: "h", labels: { "a/b": "{{values.a}}" } });
    if (!bound.ok) return;
    const output = Buffer.from(bound.files[0]?.bytes ?? []).toString("utf8");
    expect(output.length).toBeLessThanOrEqual(OUTPUT_BYTES_MAX);
    expect(output).not.toContain("[native code]");
  });
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(names);
});

test("a bomb of sections in sections is stopped by the budget, whatever it would become", () => {
  const list = JSON.stringify({ a: Array.from({ length: 60 }, (_, at) => at) });
  for (let depth = 2; depth <= 64; depth += 1) {
    const text = `${"{{#values.a}}".repeat(depth)}x${"{{/values.a}}".repeat(depth)}`;
    const rendering = renderText(text, list);
    expect(rendering?.evaluations).toBeLessThanOrEqual(EVALUATIONS_MAX + STEPS_BEYOND);
    if (depth > 2) expect(rendering?.ok).toBe(false);
  }
  const long = JSON.stringify({ a: "x".repeat(60_000) });
  expect(renderText("{{values.a}}".repeat(5_000), long)).toMatchObject({ ok: false });
  expect(renderText("{{#values.a}}".repeat(100_000), "{}")).toBeUndefined();
});

const OPENERS = [
  "{{",
  "{{#a}}",
  "{{{",
  "{{=",
  "{{! ",
  "{{&",
  "{{#a}}{{/a}}",
  "{{a}}",
  " {{",
  "{{ ",
];

test.each(OPENERS)(
  "a template of nothing but %j takes time in proportion to its length",
  (text) => {
    expectInProportion(
      4_000,
      (size) => text.repeat(size),
      (whole) => parseTemplate(sourceOf(whole)),
    );
  },
);

test(`${CASES} texts as values are read or refused`, () => {
  const texts = fc.oneof(
    hostileText,
    hostileJson.map((value) => JSON.stringify(value)),
    values,
  );
  tryAll(texts, (text) => {
    const parsed = parseValues(text);
    if (!parsed.ok) expect(parsed.problem.code).toBe("malformed-values");
  });
});

test("values nested a hundred thousand deep are refused", () => {
  for (const [open, close] of [
    ["[", "]"],
    ['{"a":', "}"],
  ] as const) {
    const deep = `{"a":${open.repeat(100_000)}1${close.repeat(100_000)}}`;
    expect(parseValues(deep).ok).toBe(false);
  }
});

test(`${CASES} paths are refused unless they stay within their folder on every host`, () => {
  const paths = sentences(
    ["a", "b", "/", ".", "..", ".git", "GIT~1", "\\", " ", ":", "\u200c", "é"],
    8,
  );
  tryAll(paths, (path) => {
    if (pathFault(path) !== undefined) return;
    const segments = path.split("/");
    expect(new URL(`file:///folder/${path.replaceAll(/[%?#]/g, "_")}`).pathname).toMatch(
      /^\/folder\/./,
    );
    for (const segment of segments) {
      expect(segment.replaceAll(/\p{Cf}/gu, "")).not.toMatch(/^(\.git(modules)?|git~\d)$/i);
      expect(segment).not.toMatch(/^\.{0,2}$|[\0\\]/);
    }
  });
});

test(`${CASES} globs are compared with paths, in time that grows with both lengths`, () => {
  const globs = sentences(["*", "**", "**/", "?", "a", "/", "[", "{"], 12);
  tryAll(
    fc.tuple(globs, sentences(["a", "/", "b", "*"], 12)),
    ([glob, path]) => expect(globMatches(glob, path)).toBeTypeOf("boolean"),
    CASES,
  );
  expectInProportion(
    64,
    (size) => "a".repeat(size),
    (path) => globMatches("*a".repeat(200), `${path}b`),
  );
});
