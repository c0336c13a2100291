import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Kafka } from "kafkajs";
import { expect, test } from "vitest";
import { eventually } from "../flows/eventually.ts";
import { freePort } from "../flows/free-port.ts";
import { describeWithOwnKafka } from "./describe-with-kafka.ts";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));

/** `npm run kafka` with such arguments: its first lines, and how it ends when it is asked to. */
async function runMain(
  args: readonly string[],
  whileItRuns: (output: string) => Promise<void>,
): Promise<{ readonly status: number | null; readonly stderr: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  try {
    await eventually("its address", () => stdout.includes("titan up") || child.exitCode !== null);
    if (child.exitCode === null) await whileItRuns(stdout);
    child.kill("SIGINT");
    return { status: await ended, stderr };
  } finally {
    child.kill("SIGKILL");
  }
}

describeWithOwnKafka("npm run kafka", () => {
  test("says how to use it, ends when asked to, and keeps a named folder", async () => {
    const folder = mkdtempSync(join(tmpdir(), "titan-test-"));
    const port = await freePort();
    const address = `127.0.0.1:${port}`;
    const admin = (): ReturnType<Kafka["admin"]> => new Kafka({ brokers: [address] }).admin();
    const args = ["--port", String(port), "--folder", folder];
    try {
      const first = await runMain(args, async (output) => {
        expect(output).toContain(`titan up --kafka ${address}`);
        const client = admin();
        await client.connect();
        await client.createTopics({ topics: [{ topic: "kept" }] });
        await client.disconnect();
      });
      expect(first.status).toBe(0);
      const second = await runMain(args, async () => {
        const client = admin();
        await client.connect();
        expect(await client.listTopics()).toEqual(["kept"]);
        await client.disconnect();
      });
      expect(second.status).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("removes a folder that nobody named", async () => {
    let folder = "";
    const { status } = await runMain(["--port", String(await freePort())], async (output) => {
      folder = /Everything of it is in (\S+),/.exec(output)?.[1] ?? "";
      expect(existsSync(folder)).toBe(true);
      await Promise.resolve();
    });
    expect(status).toBe(0);
    expect(existsSync(folder)).toBe(false);
  });

  test("refuses a port that is none", async () => {
    const { status, stderr } = await runMain(["--port", "nine"], () => Promise.resolve());
    expect(status).toBe(1);
    expect(stderr).toContain("--port takes a number from 1 to 65535, not nine");
  });
});
