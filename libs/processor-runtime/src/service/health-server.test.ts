import { expect, onTestFinished, test } from "vitest";
import { serveHealth } from "./health-server.ts";
import { ServiceState } from "./service-state.ts";

async function served() {
  const state = new ServiceState();
  const server = await serveHealth("127.0.0.1", 0, state);
  onTestFinished(() => server.close());
  const ask = async (path: string): Promise<{ status: number; text: string }> => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return { status: response.status, text: await response.text() };
  };
  return { state, ask };
}

test("a process is live before it is ready, and ready when it shares the work", async () => {
  const { state, ask } = await served();
  expect((await ask("/livez")).status).toBe(200);
  expect((await ask("/readyz")).status).toBe(503);
  state.takesPart();
  expect((await ask("/readyz")).status).toBe(200);
  state.report("target-delta/3", { kind: "reading" });
  const { status, text } = await ask("/readyz?x=1");
  expect(status).toBe(503);
  expect(JSON.parse(text)).toEqual({
    ready: false,
    parts: { "target-delta/3": { kind: "reading" } },
  });
  state.report("target-delta/3", { kind: "running", revision: 12 });
  expect((await ask("/readyz")).status).toBe(200);
  expect((await ask("/other")).status).toBe(404);
});

test("what was handed over is not spoken of any more", async () => {
  const { state, ask } = await served();
  state.takesPart();
  state.report("a", { kind: "stuck", revision: 1 });
  expect((await ask("/readyz")).status).toBe(503);
  state.ended("a");
  expect((await ask("/readyz")).status).toBe(200);
  expect((await ask("/metrics")).text).not.toContain('part="a"');
});

test("metrics name the revision of each part, and how often the log did not take records", async () => {
  const { state, ask } = await served();
  state.report("a", { kind: "running", revision: 12 });
  state.report("b", { kind: "waiting", revision: 3 });
  state.held("not-acknowledged");
  const { text } = await ask("/metrics");
  expect(text).toContain('titan_part_revision{part="a"} 12');
  expect(text).toContain('titan_part_running{part="a"} 1');
  expect(text).toContain('titan_part_running{part="b"} 0');
  expect(text).toContain('titan_log_holds_total{code="not-acknowledged"} 1');
  expect(text).toContain("process_cpu_seconds_total");
});
