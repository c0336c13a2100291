import { expect, test } from "vitest";
import type { Piece, RenderedFile } from "../records.generated.ts";
import { deploymentValue, templateValue, workloadValue } from "../testing/noun-builders.ts";
import { bindFiles } from "./bind.ts";
import { renderedDeploymentOf } from "./deployment-rendering.ts";
import { digestOf } from "./digest.ts";
import { parseTemplate } from "./parsed-template.ts";

const text = (content: string): Piece => ({ text: content, label: null, hostName: false });
const label = (name: string): Piece => ({ text: null, label: name, hostName: false });
const hostName: Piece = { text: null, label: null, hostName: true };

function file(
  path: string,
  pieces: readonly Piece[],
  extra: Partial<RenderedFile> = {},
): RenderedFile {
  return { path, executable: false, pieces, bytes: null, ...extra };
}

test("a digest never changes: hosts compare it", () => {
  expect(digestOf([])).toBe("5f64d890c02e3b7ff01aaab0e8086801185ed8706b1f2ee6122bfbc9f010ff0b");
  expect(digestOf([file("a", [text("x"), label("site"), hostName])])).toBe(
    "ed68bd2201f07cf742ad5e6e1043e1ee22cb8b101f0594703ac81ee3426e0873",
  );
});

test("what differs in any way has another digest", () => {
  const different = [
    [],
    [file("a", [])],
    [file("a", [text("")])],
    [file("a", [], { executable: true })],
    [file("a", [], { bytes: new Uint8Array() })],
    [file("a", [text("x")])],
    [file("a", [label("x")])],
    [file("a", [text("x"), text("y")])],
    [file("a", [text("xy")])],
    [file("a", [hostName])],
    [file("ax", [])],
    [file("a", [], { bytes: Uint8Array.of(120) })],
    [file("a", []), file("x", [])],
  ];
  expect(new Set(different.map(digestOf)).size).toBe(different.length);
});

test("each label that a host lacks is named, and nothing is bound", () => {
  const files = [file("a", [label("x"), label("y"), label("x")]), file("b", [label("site")])];
  const binding = bindFiles(files, { name: "tim-pi", labels: { site: "barn" } });
  expect(binding).toMatchObject({
    ok: false,
    problems: [
      { code: "host-label-missing", file: "a", detail: "host tim-pi has no label x" },
      { code: "host-label-missing", file: "a", detail: "host tim-pi has no label y" },
    ],
  });
});

test("an empty label value is a value, and a binary file is copied", () => {
  const files = [file("a", [label("x")]), file("b", [], { bytes: Uint8Array.of(0, 255) })];
  expect(bindFiles(files, { name: "h", labels: { x: "" } })).toEqual({
    ok: true,
    files: [
      { path: "a", executable: false, bytes: new Uint8Array() },
      { path: "b", executable: false, bytes: Uint8Array.of(0, 255) },
    ],
  });
});

test("a rendered deployment holds files and digest, or the problem", () => {
  const parsed = parseTemplate(templateValue("t", { a: "{{values.x}}{{host.labels.site}}" }));
  const good = renderedDeploymentOf(
    deploymentValue("iot/prod", { x: 1 }),
    workloadValue("w"),
    parsed,
  );
  expect(good).toMatchObject({ deployment: "iot/prod", hostLabels: ["site"], problem: null });
  expect(good.digest).toBe(digestOf(good.files));
  const bad = renderedDeploymentOf(deploymentValue("iot/prod"), workloadValue("w"), parsed);
  expect(bad).toMatchObject({
    files: [],
    problem: { code: "missing-value", detail: 'a:1: nothing supplies "values.x"' },
  });
});
