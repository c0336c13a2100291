import { expect, test } from "vitest";
import { startFakeServer, type FakeServer } from "../testing/fake-server.ts";
import { TestShell, type Ran } from "../testing/test-shell.ts";

interface Counts {
  readonly deployed?: number;
  readonly behind?: number;
  readonly failed?: number;
  readonly offline?: number;
}

async function serverWith(counts: Counts, problems: readonly object[] = []): Promise<FakeServer> {
  const hostStates = Object.entries(counts).flatMap(([state, count]) =>
    Array.from({ length: count }, (_, index) => ({
      host: `default/${state}-${index}`,
      state,
      detail: "",
    })),
  );
  const object = {
    kind: "Deployment",
    metadata: { workspace: "default", name: "prod", revision: 3 },
    spec: {},
    status: { hosts: counts, hostStates, problems, stages: [] },
  };
  return await startFakeServer(({ url }) =>
    url.includes("/deployments/prod") ? { body: object } : undefined,
  );
}

async function wait(server: FakeServer, ...more: readonly string[]): Promise<Ran> {
  const shell = new TestShell({ TITAN_SERVER: server.url });
  return await shell.run(["wait", "deployment", "prod", "--for", "deployed", ...more]);
}

test("it ends when every host runs the deployment", async () => {
  await using server = await serverWith({ deployed: 3 });
  expect(await wait(server)).toMatchObject({
    status: 0,
    stdout: "deployment/prod deployed: 3/3 hosts run it\n",
  });
});

test("a share of the hosts is enough when it was said so", async () => {
  await using server = await serverWith({ deployed: 19, offline: 1 });
  expect((await wait(server, "--min", "95%")).status).toBe(0);
});

test("it ends at once when hosts failed, and names them", async () => {
  await using server = await serverWith({ deployed: 2, failed: 1 });
  const { status, stderr } = await wait(server);
  expect(status).toBe(6);
  expect(stderr).toContain("default/failed-0 is failed");
  expect(server.requests).toHaveLength(1);
});

test("a time-out names what it waited for", async () => {
  await using server = await serverWith({ deployed: 2, offline: 1, behind: 1 });
  const { status, stderr } = await wait(server, "--timeout", "2s");
  expect(status).toBe(124);
  expect(stderr).toContain("not deployed after 2s: 2/4 hosts run it");
  expect(stderr).toContain("default/offline-0 is offline");
});

test("files that can not be rendered fail it", async () => {
  await using server = await serverWith({ behind: 1 }, [
    { code: "missing-value", detail: "no port" },
  ]);
  expect(await wait(server)).toMatchObject({ status: 6 });
});

test("a deployment that is gone is deleted", async () => {
  await using server = await startFakeServer(() => undefined);
  const shell = new TestShell({ TITAN_SERVER: server.url });
  expect((await shell.run(["wait", "deployment", "prod", "--for", "deleted"])).status).toBe(0);
});
