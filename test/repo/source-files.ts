import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface SourceFile {
  /** Below the root, with `/` between folders. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
}

const FOLDERS = ["libs", "services", "test"] as const;
const NOT_OURS = /(^|\/)(node_modules|golden)\/|\.generated\.ts$/;

/** Every TypeScript file that people write. */
export function sourceFiles(): readonly SourceFile[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: "utf8" })
      .map((path) => `${folder}/${path.replaceAll("\\", "/")}`)
      .filter((path) => path.endsWith(".ts") && !NOT_OURS.test(path))
      .map((path) => {
        const text = readFileSync(`${ROOT}${path}`, "utf8");
        return { path, text, lines: text.split("\n").length - 1 };
      }),
  );
}

/** What a file imports, types and dynamic imports included. */
export function importsOf(text: string): readonly string[] {
  const found = text.matchAll(/(?:\bfrom|\bimport\(|^import)\s*["']([^"']+)["']/gm);
  return [...found].map((match) => match[1] ?? "");
}

export const isTest = (path: string): boolean =>
  path.endsWith(".test.ts") || path.includes("/testing/") || path.startsWith("test/");
