import { readdirSync, readFileSync } from "node:fs";
import { residentMiB } from "../process-memory.ts";

const NANOSECONDS_PER_MS = 1_000_000;
const MS_PER_S = 1_000;
const KIB_PER_MIB = 1_024;

/** What the threads of a process have used so far, in milliseconds. */
export interface ProcessorTime {
  readonly runningMs: number;
  /** They were to run and no processor was free: what others on the machine took. */
  readonly waitingMs: number;
}

function processorTime(pid: number): ProcessorTime {
  const tasks = `/proc/${pid}/task`;
  const times = readdirSync(tasks).map((task) => {
    const text = readFileSync(`${tasks}/${task}/schedstat`, "utf8");
    return text.split(" ").map((nanoseconds) => Number(nanoseconds) / NANOSECONDS_PER_MS);
  });
  const sum = (at: number): number => times.reduce((all, time) => all + (time[at] ?? 0), 0);
  return { runningMs: sum(0), waitingMs: sum(1) };
}

/** What the work used in each of its seconds, and what it answered. */
export async function processorTimeOf<Value>(
  pid: number,
  work: () => Promise<Value>,
): Promise<readonly [Value, ProcessorTime]> {
  const startedAt = performance.now();
  const before = processorTime(pid);
  const value = await work();
  const after = processorTime(pid);
  const seconds = (performance.now() - startedAt) / MS_PER_S;
  return [
    value,
    {
      runningMs: (after.runningMs - before.runningMs) / seconds,
      waitingMs: (after.waitingMs - before.waitingMs) / seconds,
    },
  ];
}

/** Resident memory of a Node process after its garbage was collected, in KiB. */
export async function settledKiB(pid: number, inspectPort: number): Promise<number> {
  await collectGarbage(inspectPort);
  const memory = residentMiB(pid);
  if (memory === undefined) throw new Error("there is no /proc to look at");
  return memory.now * KIB_PER_MIB;
}

/** Has a process that was started with `--inspect` collect its garbage. */
async function collectGarbage(port: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/json/list`);
  const [target] = (await response.json()) as { readonly webSocketDebuggerUrl: string }[];
  if (target === undefined) throw new Error("nothing to inspect");
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener("error", () => reject(new Error("the inspector is not reached")));
    socket.addEventListener("close", () => reject(new Error("the inspector left")));
    socket.addEventListener("open", () =>
      socket.send(JSON.stringify({ id: 1, method: "HeapProfiler.collectGarbage" })),
    );
    socket.addEventListener("message", () => resolve());
  });
  socket.close();
}
