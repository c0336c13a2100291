import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CommandError } from "../../services/cli/src/command-error.ts";
import { ContextFile } from "../../services/cli/src/context-file.ts";
import { parseDocuments } from "../../services/cli/src/documents/yaml-documents.ts";
import {
  readLabelChanges,
  readLabels,
  readValueChanges,
} from "../../services/cli/src/key-value-text.ts";
import { readSettings } from "../../services/cli/src/settings.ts";
import { CASES, casesOf, expectInProportion, tryAll } from "./cases.ts";
import { hostileJson, hostileText, sentences } from "./hostile-values.ts";

const YAML_WORDS = [
  "kind: Host\n",
  "metadata:\n",
  "  name: x\n",
  "spec: {}\n",
  "---\n",
  "...\n",
  "- ",
  "  ",
  "\n",
  "a: ",
  "&a ",
  "*a",
  "<<: *a\n",
  "!!binary ",
  "!!js/function x\n",
  "!!python/object x\n",
  "? ",
  ": ",
  "|\n",
  ">-\n",
  "'",
  '"',
  "{",
  "}",
  "[",
  "]",
  ",",
  "# x\n",
  "%YAML 1.1\n",
  "\t",
  "__proto__: 1\n",
  "!!set ",
  "__proto__: {x: 1}\n",
  "2026-01-01\n",
  "0o17\n",
  ".inf\n",
  ".nan\n",
  "~\n",
  "\\",
  "\u2028",
  "\0",
] as const;

/** What is read, or undefined where it is refused as it should be. */
function read(text: string): ReturnType<typeof parseDocuments> | undefined {
  try {
    return parseDocuments(text, "file.yaml");
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    expect(error.message).toMatch(/^file\.yaml/);
    return undefined;
  }
}

test(`${CASES} texts are documents that can be sent as JSON, or are refused with their place`, () => {
  const texts = fc.oneof(
    sentences(YAML_WORDS, 16),
    hostileText,
    hostileJson.map((value) => JSON.stringify(value)),
  );
  tryAll(texts, (text) => {
    for (const { value, locate } of read(text) ?? []) {
      JSON.stringify(value);
      expect(locate("/metadata/name")).toMatch(/^file\.yaml:\d+:\d+$/);
      expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
    }
  });
});

test("JSON is read as JSON reads it", () => {
  tryAll(
    fc.json(),
    (text) => {
      const [document] = read(text) ?? [];
      if (document === undefined) return;
      expect(JSON.stringify(document.value)).toBe(JSON.stringify(JSON.parse(text)));
    },
    casesOf(10),
  );
});

test("aliases of aliases, and what is nested too deep, are refused", () => {
  const laughs = Array.from({ length: 30 }, (_, at) =>
    at === 0 ? "a0: &a0 [x, x]" : `a${at}: &a${at} [*a${at - 1}, *a${at - 1}]`,
  );
  expect(read(laughs.join("\n"))).toBeUndefined();
  expect(read("[".repeat(100_000))).toBeUndefined();
  expect(read("- ".repeat(100_000))).toBeUndefined();
  expect(read("{a: ".repeat(100_000))).toBeUndefined();
  expect(read(`a: &a [*a]`)).toBeUndefined();
});

test.each([
  ["many keys", (size: number) => Array.from({ length: size }, (_, at) => `k${at}: v\n`).join("")],
  ["many items", (size: number) => "- a\n".repeat(size)],
  ["many documents", (size: number) => "---\na: b\n".repeat(size)],
  ["items below a long key", (size: number) => `${"k".repeat(size)}: [${"a,".repeat(size)}]`],
  ["a long text", (size: number) => `a: "${"x\\n".repeat(size)}"`],
  ["open brackets", (size: number) => "[{".repeat(size)],
  ["anchors", (size: number) => Array.from({ length: size }, (_, at) => `- &a${at} x\n`).join("")],
  ["blanks", (size: number) => `a:${" ".repeat(size)}b`],
  ["comments", (size: number) => "# x\n".repeat(size)],
  ["colons", (size: number) => "a: ".repeat(size)],
])("a document of %s takes time in proportion to its length", (_, textOf) => {
  expectInProportion(1_000, textOf, read);
});

test(`${CASES} texts of labels and values are read or are a usage error, and reach no prototype`, () => {
  const words = [
    "a",
    "b",
    ".",
    "=",
    "-",
    ",",
    "__proto__",
    "constructor",
    "prototype",
    "[",
    "{",
    '"',
    "1",
    "true",
  ];
  tryAll(fc.oneof(sentences(words, 8), hostileText), (text) => {
    for (const use of [
      () => readLabels(text),
      () => readLabelChanges([text]),
      () => readValueChanges([text, text]),
    ]) {
      try {
        use();
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
      }
    }
    if (Object.keys(Object.prototype).length > 0) throw new Error("the prototype was changed");
  });
});

const TOKEN = `titan_root_${"S".repeat(43)}`;

test(`${CASES} contexts are settings or a usage error that does not tell the token`, () => {
  const server = sentences(
    ["http://", "https://", "ftp://", "h", ":", "7070", "/", "[", "]", "@", "%", " "],
    6,
  );
  const flag = fc.option(fc.oneof(server, hostileText), { nil: undefined });
  tryAll(fc.tuple(flag, flag, flag), ([address, output, workspace]) => {
    const environment = {
      TITAN_TOKEN: TOKEN,
      TITAN_SERVER: address,
      TITAN_OUTPUT: output,
      TITAN_WORKSPACE: workspace,
    };
    try {
      readSettings({}, environment, {});
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      if (error.message.includes(TOKEN)) throw new Error("the token is told", { cause: error });
    }
  });
});

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "titan-hostile-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test(`${casesOf(20)} context files are settings or refused with what to do`, () => {
  const file = ContextFile.in({ XDG_CONFIG_HOME: folder });
  mkdirSync(dirname(file.path));
  const content = fc.oneof(
    hostileText,
    hostileJson.map((value) => JSON.stringify(value)),
    fc
      .record(
        {
          server: hostileJson,
          token: hostileJson,
          workspace: hostileJson,
          output: hostileJson,
          acknowledged: fc.oneof(hostileJson, fc.dictionary(fc.constant("http://s"), hostileJson)),
        },
        { requiredKeys: [] },
      )
      .map((value) => JSON.stringify(value)),
  );
  tryAll(
    content,
    (text) => {
      writeFileSync(file.path, text);
      try {
        const { server, token, workspace, output } = readSettings({}, {}, file.read());
        for (const each of [server, workspace, output, token ?? ""])
          expect(each).toBeTypeOf("string");
        file.acknowledge("http://s", { installation: "i", revision: 5 });
        expect(file.acknowledged("http://s")).toMatchObject({ installation: "i" });
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
      }
    },
    casesOf(20),
  );
});
