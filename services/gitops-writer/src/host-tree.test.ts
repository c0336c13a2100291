import type { BoundFile } from "@titan/domain";
import { expect, test } from "vitest";
import { HostTree } from "./host-tree.ts";

const MANIFEST = "apiVersion: v1\nkind: ConfigMap\n";
const file = (path: string, text: string, executable = false): BoundFile => ({
  path,
  executable,
  bytes: Buffer.from(text),
});
const PI = "default/tim-pi";
const KUSTOMIZATION = "hosts/default/tim-pi/kustomization.yaml";

test("files lie below their host and deployment", () => {
  const tree = new HostTree();
  const { changed } = tree.set(PI, "iot/prod", [file("run.sh", "x", true), file("a/b.txt", "y")]);
  expect(changed).toEqual([
    "hosts/default/tim-pi/iot/prod/a/b.txt",
    "hosts/default/tim-pi/iot/prod/run.sh",
  ]);
  expect([...tree.entries].map(([path, { mode }]) => [path, mode])).toEqual([
    ["hosts/default/tim-pi/iot/prod/run.sh", "100755"],
    ["hosts/default/tim-pi/iot/prod/a/b.txt", "100644"],
  ]);
});

test("only what differs is named as changed", () => {
  const tree = new HostTree();
  const before = [file("a", "1"), file("b", "1"), file("c", "1"), file("d", "1")];
  tree.set(PI, "iot/prod", before);
  expect(tree.set(PI, "iot/prod", before).changed).toEqual([]);
  const after = [file("a", "1"), file("b", "2"), file("c", "1", true), file("e", "1")];
  expect(tree.set(PI, "iot/prod", after).changed).toEqual(
    ["b", "c", "d", "e"].map((name) => `hosts/default/tim-pi/iot/prod/${name}`),
  );
});

test("manifests of all deployments of a host are listed, sorted, in one kustomization", () => {
  const tree = new HostTree();
  tree.set(PI, "iot/b", [file("z.yaml", MANIFEST), file("notes.yaml", "a: 1")]);
  const { changed } = tree.set(PI, "iot/a", [file("x ö.yaml", MANIFEST)]);
  expect(changed).toEqual(["hosts/default/tim-pi/iot/a/x ö.yaml", KUSTOMIZATION]);
  const read = tree.contentReader(() => []);
  expect(Buffer.from(read(KUSTOMIZATION)).toString()).toBe(
    "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n" +
      '  - "iot/a/x ö.yaml"\n  - iot/b/z.yaml\n',
  );
});

test("a deployment's own kustomization decides for its folder", () => {
  const tree = new HostTree();
  tree.set(PI, "iot/a", [file("kustomization.yaml", MANIFEST), file("x.yaml", MANIFEST)]);
  tree.set(PI, "iot/b", [
    file("base/Kustomization", ""),
    file("base/deep/y.yaml", MANIFEST),
    file("base/deep/kustomization.yml", ""),
    file("z.yaml", MANIFEST),
  ]);
  const text = Buffer.from(tree.contentReader(() => [])(KUSTOMIZATION)).toString();
  expect(text.split("\n").filter((line) => line.startsWith("  -"))).toEqual([
    "  - iot/a",
    "  - iot/b/base",
    "  - iot/b/z.yaml",
  ]);
});

test("the tree is a function of what is set, whatever came before", () => {
  const long = new HostTree();
  for (const host of ["default/a", "default/b"]) {
    for (const deployment of ["iot/x", "iot/y"]) {
      long.set(host, deployment, [file("m.yaml", MANIFEST), file("old", "1")]);
    }
  }
  long.remove("default/a", "iot/x");
  long.remove("default/a", "iot/y");
  long.remove("default/b", "iot/x");
  long.remove("default/none", "iot/x");
  long.set("default/b", "iot/y", [file("m.yaml", MANIFEST)]);
  const short = new HostTree();
  short.set("default/b", "iot/y", [file("m.yaml", MANIFEST)]);
  expect(new Map(long.entries)).toEqual(new Map(short.entries));
});

test("unsafe paths are a problem of that deployment and leave none of its files", () => {
  const tree = new HostTree();
  tree.set(PI, "iot/a", [file("ok", "1")]);
  const { changed, problem } = tree.set(PI, "iot/a", [file("ok", "1"), file("../../b", "2")]);
  expect(problem).toMatchObject({ code: "invalid-path" });
  expect(changed).toEqual(["hosts/default/tim-pi/iot/a/ok"]);
  expect(tree.entries.size).toBe(0);
});

test("bytes are had by binding again, once per deployment when asked in order", () => {
  const tree = new HostTree();
  const files = [file("a", "1"), file("b", "2")];
  tree.set(PI, "iot/x", files);
  tree.set(PI, "iot/y", files);
  let bindings = 0;
  const read = tree.contentReader((host, deployment) => {
    expect([host, deployment.slice(0, 4)]).toEqual([PI, "iot/"]);
    bindings += 1;
    return files;
  });
  const texts = [...tree.entries.keys()].sort().map((path) => Buffer.from(read(path)).toString());
  expect(texts).toEqual(["1", "2", "1", "2"]);
  expect(bindings).toBe(2);
  expect(() => read("hosts/default/tim-pi/iot/x/none")).toThrow("not in the tree");
});

test("a name that is no name is a bug and never becomes a path", () => {
  const tree = new HostTree();
  for (const bad of ["../x", "a", "a/b/c", "A/b", "a/-b", "a/b.c"]) {
    expect(() => tree.set(bad, "iot/a", []), bad).toThrow(RangeError);
    expect(() => tree.set(PI, bad, []), bad).toThrow(RangeError);
  }
});
