import { readFileSync } from "node:fs";
import { NOUN_KINDS, NOUN_NAMES, isScopedKind } from "@titan/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ACCESS } from "./access.ts";
import { PROBLEM_CODES } from "./problem-codes.ts";
import { clientOf } from "./testing/client.ts";
import { startStack, type Stack } from "./testing/stack.ts";

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

let stack: Stack;
let document: Document;

beforeAll(async () => {
  stack = await startStack({ views: false });
  const { text } = await clientOf(stack.api)("GET", "/openapi.json");
  document = JSON.parse(text) as Document;
});
afterAll(async () => await stack.close());

/** The routes of the page, with its placeholders for kinds written out. */
function contractRoutes(): readonly string[] {
  const page = readFileSync(new URL("../../../docs/contract.md", import.meta.url), "utf8");
  const routes: string[] = [];
  for (const [, words = ""] of page.matchAll(/^\| (`.+?) \|/gm)) {
    let methods: readonly string[] = [];
    for (const [, part = ""] of words.matchAll(/`([^`]+)`/g)) {
      const [path = "", ...before] = part.split(" ").toReversed();
      if (!path.startsWith("/")) continue;
      if (before.length > 0) methods = before;
      for (const method of methods)
        for (const each of written(path)) routes.push(`${method} ${each}`);
    }
  }
  return routes;
}

function written(path: string): readonly string[] {
  if (!path.includes("{plural}")) return [path];
  const scoped = path.includes("{workspace}");
  // What is not in a workspace is read and written by name; lists are there for every kind.
  const kinds = NOUN_KINDS.filter(
    (kind) => isScopedKind(kind) === scoped || path === "/v1/{plural}",
  );
  return kinds.map((kind) => path.replace("{plural}", NOUN_NAMES[kind].plural));
}

test("the document has every route of the contract", () => {
  const routes = contractRoutes();
  expect(routes.length).toBeGreaterThan(60);
  expect(document.openapi).toBe("3.1.0");
  const known = new Set(
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    ),
  );
  expect(routes.filter((route) => !known.has(route) && route !== "GET /openapi.json")).toEqual([]);
});

test("the document has every route that there is, each with a summary", () => {
  for (const { method, route } of ACCESS) {
    if (route === "/openapi.json") continue;
    const path = route.replaceAll(/:([a-zA-Z]+)/g, "{$1}");
    expect([route, document.paths[path]?.[method.toLowerCase()]]).toMatchObject([
      route,
      { summary: expect.stringMatching(/./) },
    ]);
  }
});

test("every code of the API's own problems is given out somewhere, and none is the domain's", async () => {
  const { CODES } = await import("@titan/domain");
  const { globSync } = await import("node:fs");
  const folder = new URL(".", import.meta.url).pathname;
  const sources = globSync("**/*.ts", { cwd: folder })
    .filter((file) => !file.endsWith(".test.ts") && !file.endsWith("problem-codes.ts"))
    .map((file) => readFileSync(`${folder}${file}`, "utf8"))
    .join("\n");
  for (const code of Object.keys(PROBLEM_CODES)) {
    const used = sources.includes(`"${code}"`) || sources.includes(`PROBLEM_CODES.${code}`);
    expect([code, used]).toEqual([code, true]);
    if (code !== "not-found") expect(Object.keys(CODES)).not.toContain(code);
  }
});
