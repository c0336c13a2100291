import { type ChildProcess, spawn } from "node:child_process";

/** A process of its own that runs a module, for tests that kill it. */
interface Child {
  readonly process: ChildProcess;
  /** Lines it has written so far. */
  readonly lines: readonly string[];
  readonly errors: () => string;
  /** Resolves when it has written so many lines; rejects when it ends before. */
  readonly untilLines: (count: number) => Promise<void>;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/** Runs the source, in which `openEmbeddedLog` and `say`, which writes a line, are there. */
export function runChild(source: string, ...args: readonly string[]): Child {
  const from = (module: string): string => JSON.stringify(new URL(module, import.meta.url).href);
  const prelude = `
    import { openEmbeddedLog } from ${from("./open-embedded-log.ts")};
    const say = (line) => process.stdout.write(line + "\\n");
  `;
  const flags = ["--input-type=module", "--eval", prelude + source, "--", ...args];
  const child = spawn(process.execPath, flags, { stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  let rest = "";
  let errors = "";
  let wake = (): void => undefined;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
    wake();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => void (errors += text));
  let isEnded = false;
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.on("close", (code, signal) => {
      isEnded = true;
      resolve(signal ?? code);
      wake();
    });
  });
  const untilLines = async (count: number): Promise<void> => {
    while (lines.length < count) {
      if (isEnded) throw new Error(`the child ended early: ${errors}`);
      await new Promise<void>((resolve) => void (wake = resolve));
    }
  };
  return { process: child, lines, errors: () => errors, untilLines, ended };
}
