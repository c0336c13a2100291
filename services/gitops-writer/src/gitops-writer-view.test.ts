import {
  CORPUS,
  expectBatchingIsIrrelevant,
  expectGolden,
  gone,
  hostDeployment,
  randomRecord,
  recompute,
  rendered,
  specFor,
  type Given,
} from "@titan/processor-runtime/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { filesOf, gitTree } from "./gitops-writer-view.ts";

const prod = rendered("prod", { "a.conf": "{{host.name}} {{host.labels.zone}}" });
const onHost = (name: string, zone = "a"): Given =>
  hostDeployment(name, "prod", { hostLabels: { zone } });
const shown = (name: string, more: object = {}) => ({
  key: `default/${name}/default/prod`,
  current: { host: `default/${name}`, ...more },
});
const hidden = (name: string) => ({ key: `default/${name}/default/prod`, current: null });

test("each host on a deployment has its files in the tree", () => {
  specFor(gitTree)
    .given(onHost("a"), onHost("b"))
    .when(prod)
    .emits(shown("a", { rendered: prod.current }), shown("b"));
});

test("the host's name and labels are in the files, and a value is not expanded again", () => {
  const literal = rendered("prod", { "a.conf": "{{host.name}} {{host.labels.zone}}" });
  const output = recompute(gitTree, [onHost("tim-pi", "{{host.name}}"), literal]);
  const [placed] = output.values();
  const [file] = placed === undefined ? [] : filesOf(placed).files;
  expect(Buffer.from(file?.bytes ?? []).toString()).toBe("tim-pi {{host.name}}");
});

test("a template's update changes the files of every host on the deployment", () => {
  const next = rendered("prod", { "a.conf": "new" });
  specFor(gitTree)
    .given(prod, onHost("a"), onHost("b"), hostDeployment("c", "other"))
    .when(next)
    .emits(shown("a", { rendered: next.current }), shown("b", { rendered: next.current }));
});

test("a host that leaves a deployment has its files no more", () => {
  specFor(gitTree)
    .given(prod, onHost("a"), onHost("b"))
    .when(gone(onHost("a")))
    .emits(hidden("a"));
});

test("a host whose label changed has its files rewritten, alone", () => {
  specFor(gitTree)
    .given(prod, onHost("a"), onHost("b"))
    .when(onHost("a", "z"))
    .emits(shown("a", { hostLabels: { zone: "z" } }));
});

test("files of another incarnation are not shown", () => {
  const spec = specFor(gitTree).given(prod, onHost("a"));
  spec.when(hostDeployment("a", "prod", { createdRevision: 9 })).emits(hidden("a"));
  spec.when(rendered("prod", { "a.conf": "anew" }, 9)).emits(shown("a"));
});

test("a deployment that is deleted takes its files from every host", () => {
  specFor(gitTree)
    .given(prod, onHost("a"), onHost("b"))
    .when(gone(prod), gone(onHost("a")), gone(onHost("b")))
    .emits(hidden("a"), hidden("b"));
});

test("a deployment that did not render, or a label that is missing, has no files", () => {
  const lacking = hostDeployment("a", "prod", { hostLabels: {} });
  const [placed] = recompute(gitTree, [lacking, prod]).values();
  const shownOf = placed === undefined ? undefined : filesOf(placed);
  expect(shownOf).toMatchObject({ files: [], problem: expect.stringContaining("zone") as string });
});

test("any history in any batching ends as a recompute from zero does", () => {
  const { hostDeployment: places, rendered: states } = randomRecord;
  expectBatchingIsIrrelevant(gitTree, fc.oneof(places, states));
});

test("the bytes of the tree are those of this version", () => {
  expectGolden(gitTree, CORPUS, import.meta.url, (_, placed) =>
    filesOf(placed).files.map(({ path, executable, bytes }) => ({
      path,
      executable,
      bytes: Buffer.from(bytes).toString("base64"),
    })),
  );
});
