import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startFakeServer } from "../testing/fake-server.ts";
import { TestShell } from "../testing/test-shell.ts";

const DOCUMENTS = `kind: host
metadata: {name: a}
---
kind: Template
metadata:
  name: t
spec:
  filesFrom: ./files
`;

function shellWithFiles(server: string): TestShell {
  const shell = new TestShell({ TITAN_SERVER: server });
  writeFileSync(join(shell.folder, "all.yaml"), DOCUMENTS);
  mkdirSync(join(shell.folder, "files"));
  writeFileSync(join(shell.folder, "files", "pod.yaml"), "a: b\n");
  return shell;
}

test("all documents are one change, with the files of a folder in it", async () => {
  await using server = await startFakeServer(({ method }) =>
    method === "POST"
      ? {
          body: {
            changeId: "c",
            revision: 9,
            outcomes: [{ kind: "Host", key: "default/a", result: "unchanged" }],
          },
        }
      : undefined,
  );
  const ran = await shellWithFiles(server.url).run([
    "apply",
    "-f",
    "all.yaml",
    "--reason",
    "grüße",
  ]);
  expect(ran).toEqual({ status: 0, stdout: "host/a unchanged\nrevision 9\n", stderr: "" });
  expect(JSON.parse(server.requests.at(-1)?.body ?? "")).toEqual({
    workspace: "default",
    reason: "grüße",
    operations: [
      { action: "apply", object: { kind: "Host", metadata: { name: "a", workspace: "default" } } },
      {
        action: "apply",
        object: {
          kind: "Template",
          metadata: { name: "t", workspace: "default" },
          spec: { files: { "pod.yaml": { text: "a: b\n" } } },
        },
      },
    ],
  });
});

test("what is wrong is said with the file and the line", async () => {
  const errors = [
    {
      code: "invalid-name",
      pointer: "/operations/1/metadata/name",
      detail: "no name",
      hint: "try x",
    },
    {
      code: "template-syntax",
      pointer: "/operations/1/spec/files/pod.yaml/text",
      detail: "no end",
      hint: "",
    },
  ];
  await using server = await startFakeServer(({ method }) =>
    method === "POST"
      ? { status: 422, body: { code: "invalid-name", detail: "", errors } }
      : undefined,
  );
  const { status, stderr } = await shellWithFiles(server.url).run(["apply", "-f", "all.yaml"]);
  expect(status).toBe(5);
  expect(stderr).toBe(
    "error: all.yaml:6:3: no name [invalid-name]\nhint: try x\nerror: files/pod.yaml: no end [template-syntax]\n",
  );
});

test("diff ends with more than 1 when it can not be found out what differs", async () => {
  const shell = new TestShell({ TITAN_SERVER: "http://127.0.0.1:1" });
  expect((await shell.run(["diff", "-f", "nope.yaml"])).status).toBe(2);
});
