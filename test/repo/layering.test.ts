import { expect, test } from "vitest";
import { importsOf, isTest, sourceFiles } from "./source-files.ts";

/** What each library may import of ours; services may import all of these. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  compact: [],
  domain: [],
  "event-log": [],
  "event-stream": [],
  "schema-codec": ["domain"],
  "schema-registry": ["domain", "event-log", "schema-codec"],
  "processor-runtime": ["compact", "domain", "event-log", "schema-codec", "schema-registry"],
  client: ["domain", "event-log", "schema-codec", "processor-runtime"],
};
/** Where services are put together. */
const COMPOSITION = [
  "services/cli/src/up/",
  "services/cli/src/verify/",
  "services/cli/src/agent-command.ts",
];
const DOMAIN_PACKAGES = ["mustache", "@noble/hashes/"];
const LIBRARIES = Object.keys(BELOW);

const product = sourceFiles().filter(({ path }) => !isTest(path));
const view = /^services\/[^/]+\/src\/[^/]+-view\.ts$/;
const titan = (name: string): string | undefined => /^@titan\/([a-z-]+)/.exec(name)?.[1];

/** What is wrong with one import of one file, if anything. */
function fault(path: string, name: string): string | undefined {
  const [top, own = ""] = path.split("/");
  const target = titan(name);
  const pure = path.startsWith("libs/domain/src/") || view.test(path);
  if (pure && name.startsWith("node:")) return "the pure core does no IO";
  if (name.startsWith("@titan/") && name.endsWith("/testing")) return "testing is for tests";
  if (path.startsWith("libs/domain/src/") && !name.startsWith(".")) {
    if (!DOMAIN_PACKAGES.some((allowed) => name.startsWith(allowed))) return "not in the domain";
  }
  if (/^(\.\.\/){3,}/.test(name)) return "packages are entered through their door";
  if (target === undefined) return undefined;
  // Examples enter their own package through its door, as everybody else does.
  if (target === own && path.includes("/examples/")) return undefined;
  if (top === "libs") {
    return BELOW[own]?.includes(target) === true ? undefined : `${own} may not import ${target}`;
  }
  if (LIBRARIES.includes(target)) return undefined;
  return COMPOSITION.some((place) => path.startsWith(place))
    ? undefined
    : "no service imports a service";
}

test("imports point one way", () => {
  const faults = product.flatMap(({ path, text }) =>
    importsOf(text).flatMap((name) => {
      const wrong = fault(path, name);
      return wrong === undefined ? [] : [`${path} imports ${name}: ${wrong}`];
    }),
  );
  expect(faults).toEqual([]);
});

test("only the codec reads schemas/", () => {
  const readers = product.filter(
    ({ text }) =>
      importsOf(text).some((name) => name.startsWith("node:fs")) &&
      /["'`](?:\.\.?\/)*schemas\/|\.avsc["'`]/.test(text),
  );
  const paths = readers.map(({ path }) => path);
  expect(paths).toContain("libs/schema-codec/src/schema-files.ts");
  expect(paths.filter((path) => !path.startsWith("libs/schema-codec/"))).toEqual([]);
});

test.each([
  ["libs/domain/src/a.ts", "@titan/event-log"],
  ["libs/domain/src/a.ts", "node:fs"],
  ["libs/domain/src/a.ts", "avsc"],
  ["libs/event-log/src/a.ts", "@titan/domain"],
  ["libs/schema-codec/src/a.ts", "@titan/processor-runtime"],
  ["libs/schema-codec/src/a.ts", "@titan/schema-registry"],
  ["libs/schema-registry/src/a.ts", "@titan/processor-runtime"],
  ["libs/client/src/a.ts", "@titan/change-feed"],
  ["libs/client/src/a.ts", "@titan/client"],
  ["libs/processor-runtime/src/a.ts", "@titan/client"],
  ["services/target-delta/src/target-delta-view.ts", "node:crypto"],
  ["services/api/src/a.ts", "@titan/change-feed"],
  ["services/cli/src/main.ts", "@titan/api"],
  ["services/api/src/a.ts", "@titan/domain/testing"],
  ["services/api/src/a.ts", "../../../libs/domain/src/key.ts"],
])("%s may not import %s", (path, name) => {
  expect(fault(path, name)).toBeDefined();
});

test.each([
  ["libs/domain/src/template/a.ts", "mustache"],
  ["libs/processor-runtime/src/a.ts", "@titan/schema-codec"],
  ["libs/schema-registry/src/a.ts", "@titan/schema-codec"],
  ["libs/client/examples/a.ts", "@titan/client"],
  ["services/cli/src/up/a.ts", "@titan/change-feed"],
  ["services/api/src/a.ts", "node:fs"],
])("%s may import %s", (path, name) => {
  expect(fault(path, name)).toBeUndefined();
});
