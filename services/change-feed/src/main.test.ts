import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openEmbeddedLog } from "@titan/event-log";
import { commitOf } from "@titan/processor-runtime";
import { expect, onTestFinished, test } from "vitest";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));

interface Line {
  readonly msg?: string;
  readonly port?: number;
}

/** The service as a process. */
function startMain(environment: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env["PATH"] ?? "", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines: Line[] = [];
  let errors = "";
  let wake = (): void => {};
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts.map((part) => JSON.parse(part) as Line));
    wake();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => void (errors += text));
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.on("close", (code, signal) => {
      resolve(signal ?? code);
      wake();
    });
  });
  const said = async (message: string): Promise<Line> => {
    for (;;) {
      const line = lines.find(({ msg }) => msg === message);
      if (line !== undefined) return line;
      if (child.exitCode !== null) throw new Error(`it ended before "${message}": ${errors}`);
      await new Promise<void>((resolve) => void (wake = resolve));
    }
  };
  return { child, ended, said, errors: () => errors };
}

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), "titan-feed-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test("the process makes the installation, says that it is ready, and ends cleanly at SIGTERM", async () => {
  const path = join(scratch(), "log.sqlite");
  const main = startMain({
    TITAN_LOG: `embedded:${path}`,
    TITAN_HEALTH_PORT: "0",
    TITAN_HOST_PARTITIONS: "3",
  });
  const { port } = await main.said("started");
  const ask = async (route: string) => await fetch(`http://127.0.0.1:${port}${route}`);
  expect((await ask("/livez")).status).toBe(200);
  expect((await ask("/elsewhere")).status).toBe(404);
  for (let status = 0; status !== 200; status = (await ask("/readyz")).status);
  expect(await (await ask("/readyz")).json()).toMatchObject({
    ready: true,
    parts: { "change-feed": { kind: "running", revision: 1, published: 1 } },
  });
  main.child.kill("SIGTERM");
  expect(await main.ended).toBe(0);
  await main.said("stopped");

  const log = openEmbeddedLog({ path });
  onTestFinished(() => log.close());
  const first = await new Promise<Uint8Array>((resolve) => {
    log.subscribe({ topic: "titan.change", partition: 0, from: 0 }, ({ records }) => {
      const [record] = records;
      if (record !== undefined) resolve(record.value);
    });
  });
  expect(commitOf(first)).toMatchObject({ revision: 1, installation: { hostPartitions: 3 } });
});

test("everything that is wrong with its configuration is said at once", async () => {
  const main = startMain({
    TITAN_LOG: "somewhere",
    TITAN_HEALTH_PORT: "99999",
    TITAN_LOG_LEVEL: "loud",
    TITAN_HOST_PARTITIONS: "none",
    TITAN_VIEWS: "target-delta",
  });
  expect(await main.ended).toBe(2);
  for (const key of ["LOG", "HEALTH_PORT", "LOG_LEVEL", "HOST_PARTITIONS", "VIEWS"]) {
    expect(main.errors()).toContain(`TITAN_${key} is wrong`);
  }
});

test("a log that can not be opened ends the process with status 1", async () => {
  const main = startMain({ TITAN_LOG: "embedded:/nowhere/log.sqlite", TITAN_HEALTH_PORT: "0" });
  expect(await main.ended).toBe(1);
  await main.said("this must not be: the process ends");
});
