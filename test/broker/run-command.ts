import { spawn } from "node:child_process";

/**
 * Runs a command to its end and answers what it wrote. One that is not installed, or that ends
 * with another status than 0, is an error that says which and shows the end of its output.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  folder?: string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.on("error", (cause: NodeJS.ErrnoException) => {
      const missing = cause.code === "ENOENT";
      reject(new Error(missing ? `${command} is not installed` : cause.message, { cause }));
    });
    child.on("close", (status) => {
      if (status === 0) return resolve(output);
      const end = output.slice(-OUTPUT_SHOWN);
      reject(new Error(`${command} ${args.join(" ")} ended with ${status}\n${end}`));
    });
  });
}

const OUTPUT_SHOWN = 4_000;
