import { expect, test } from "vitest";
import { isKubernetesManifest } from "./kubernetes-manifest.ts";

const is = (text: string, path = "a.yaml"): boolean =>
  isKubernetesManifest(path, Buffer.from(text));
const POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n";

test("a file is a manifest if each of its documents is one", () => {
  expect(is(POD)).toBe(true);
  expect(is(`# note\n---\n${POD}---\n\n--- # end\n${POD.replaceAll("\n", "\r\n")}`, "b.yml")).toBe(
    true,
  );
  expect(is(`\ufeff%YAML 1.2\n---\n"kind": Pod\n'apiVersion' : v1\n...\n`)).toBe(true);
});

test.each([
  ["nothing", ""],
  ["only notes", "# kind: Pod\n---\n"],
  ["no kind", "apiVersion: v1\n"],
  ["a kind further in", "apiVersion: v1\nspec:\n  kind: Pod\n"],
  ["one document that is something else", `${POD}---\nname: x\n`],
  ["a compose file", "services:\n  a: {}\n"],
])("%s is none", (_, text) => {
  expect(is(text)).toBe(false);
});

test("the name decides as well", () => {
  expect(is(POD, "a.txt")).toBe(false);
  expect(is(POD, "yaml")).toBe(false);
});
