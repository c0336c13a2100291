import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readTemplateFiles } from "./template-files.ts";

function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), "titan-template-"));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

test("text stays text, what is not becomes base64, and the executable bit is kept", () => {
  const folder = folderWith({ "a.yaml": "a: ü\n", "deep/blob": new Uint8Array([0, 255]) });
  writeFileSync(join(folder, "run.sh"), "#!/bin/sh\n", { mode: 0o755 });
  expect(readTemplateFiles(folder, "shown")).toEqual({
    "a.yaml": { text: "a: ü\n" },
    "deep/blob": { base64: "AP8=" },
    "run.sh": { text: "#!/bin/sh\n", executable: true },
  });
});

test("a symbolic link is refused with its path", () => {
  const folder = folderWith({ a: "a" });
  symlinkSync("/etc/passwd", join(folder, "link"));
  expect(() => readTemplateFiles(folder, "shown")).toThrow("shown/link: it is a symbolic link");
});

test("the repository itself is refused", () => {
  expect(() => readTemplateFiles(folderWith({ ".git/config": "" }), "shown")).toThrow("shown/.git");
});

test("too many bytes and too many files are refused", () => {
  const large = folderWith({ a: "x".repeat(256 * 1024 + 1) });
  expect(() => readTemplateFiles(large, "shown")).toThrow(/at most 262144 bytes/);
  const many = Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`f${index}`, ""]));
  expect(() => readTemplateFiles(folderWith(many), "shown")).toThrow(/at most 200 files/);
});
