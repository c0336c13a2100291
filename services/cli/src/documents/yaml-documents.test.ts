import { expect, test } from "vitest";
import { parseDocuments } from "./yaml-documents.ts";

test("a pointer leads to the line of its field, in whichever document it is", () => {
  const text = "kind: Host\n---\nkind: Target\nspec:\n  selector:\n    - a\n    - b\n";
  const [, second] = parseDocuments(text, "f.yaml");
  expect(second?.locate("/spec/selector/1")).toBe("f.yaml:7:7");
  expect(second?.locate("/spec/selector/1/deeper")).toBe("f.yaml:7:7");
  expect(second?.locate("/spec/missing")).toBe("f.yaml:4:1");
});

test("a fault in the text is said with its place", () => {
  expect(() => parseDocuments("kind: Host\nmetadata: {name: [}\n", "f.yaml")).toThrow(
    /^f\.yaml:2:\d+: /,
  );
});

test("a few aliases can not become billions of values", () => {
  const level = (name: string, below: string): string =>
    `${name}: &${name} [${`*${below}, `.repeat(9)}]\n`;
  const text = `a: &a [x]\n${["b", "c", "d", "e", "f", "g", "h"].map((name, at) => level(name, "abcdefg"[at] ?? "a")).join("")}`;
  expect(() => parseDocuments(text, "bomb.yaml")).toThrow(/aliases followed/);
});

test("JSON is read as well, and dates stay text", () => {
  expect(parseDocuments('{"a": [1, true, null]}', "f.json")[0]?.value).toEqual({
    a: [1, true, null],
  });
  expect(parseDocuments("a: 2026-11-21\nb: yes\n", "f.yaml")[0]?.value).toEqual({
    a: "2026-11-21",
    b: "yes",
  });
});
