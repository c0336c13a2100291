import { expect, test } from "vitest";
import { clientOf } from "../testing/client.ts";
import { replayLines } from "../testing/replay-lines.ts";
import { seedDeployment } from "../testing/seed.ts";
import { startStack } from "../testing/stack.ts";

const SLICES = ["titan.host.default.tim-pi", "titan.deployment.default.prod"];

test("a slice that the forwarder has not written is waited for, and then named", async () => {
  const stopped = ["stream-forwarder-host", "stream-forwarder-deployment"];
  const stack = await startStack({ stopped, api: { timing: { lagTimeoutMs: 1_000 } } });
  const admin = clientOf(stack.api, stack.admin);
  const revision = await seedDeployment(admin);
  for (const stream of SLICES) {
    const answer = await admin("GET", `/v1/streams/${stream}?minRevision=${revision}`);
    expect(answer).toMatchObject({
      status: 503,
      body: { code: "lagging", lagging: [{ topic: stream, writer: "stream-forwarder" }] },
    });
    expect(answer.text).toContain("stream-forwarder");
  }
  await stack.close();
});

test("right after an acknowledged write its slices hold it, also where nothing changed since", async () => {
  const stack = await startStack();
  const admin = clientOf(stack.api, stack.admin);
  const url = await stack.api.app.listen({ host: "127.0.0.1", port: 0 });
  const seeded = await seedDeployment(admin);
  const last = async (stream: string, revision: number): Promise<unknown> => {
    const query = `?minRevision=${revision}`;
    const lines = await replayLines(url, stack.admin, stream, query);
    return JSON.parse(lines.at(-1) ?? "null");
  };
  for (const stream of SLICES) {
    const [record] = await replayLines(url, stack.admin, stream, `?minRevision=${seeded}`);
    expect(record).toContain('"key":"default/prod"');
    expect(await last(stream, seeded)).toMatchObject({ type: "mark" });
  }
  const other = await admin("PUT", "/v1/workspaces/default/workloads/other", {});
  for (const stream of SLICES) {
    const mark = await last(stream, Number(other.body["revision"]));
    expect(mark).toMatchObject({ type: "mark", value: { revision: seeded } });
  }
  const gone = await admin("DELETE", "/v1/workspaces/default/deployments/prod");
  const deleted = Number(gone.body["revision"]);
  for (const stream of SLICES) {
    expect(await last(stream, deleted)).toMatchObject({ value: { revision: deleted, count: 0 } });
  }
  const none = `/v1/streams/titan.host.default.none?minRevision=${deleted}`;
  expect(await admin("GET", none)).toMatchObject({ status: 404, body: { code: "no-such-stream" } });
  await stack.close();
});
