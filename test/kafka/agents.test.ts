import { expect, test } from "vitest";
import { startApacheKafka } from "../broker/apache-kafka.ts";
import { describeWithOwnKafka } from "../broker/describe-with-kafka.ts";
import { ApiCaller } from "../flows/api-caller.ts";
import { eventually } from "../flows/eventually.ts";
import { filesOnDisk } from "../flows/host-folder.ts";
import { freePort } from "../flows/free-port.ts";
import type { RunningProcess } from "../flows/running-process.ts";
import { Sandbox } from "../flows/sandbox.ts";
import { whenReady, type TitanProcess } from "../flows/titan-process.ts";
import { COMPACTED_SOON, compactEverything } from "./compaction.ts";

const DEPLOYMENTS = 100;
const CHANGES = 10_000;
const HANG_MS = 300_000;

function up(box: Sandbox, brokers: string, data: string): Promise<TitanProcess> {
  const args = ["up", "-o", "json", "--data", box.path(data), "--port", "0", "--kafka", brokers];
  return whenReady(
    box.start(args, { environment: { TITAN_KAFKA_TOPIC_SETTINGS: COMPACTED_SOON } }),
  );
}

function startAgent(box: Sandbox, brokers: string, ...more: string[]): RunningProcess {
  return box.start(["agent", "--host", "one", "--dir", "one", "--kafka", brokers, ...more]);
}

async function prepare(box: Sandbox): Promise<void> {
  box.write({ "template/n.txt": "{{deployment.name}} {{values.n}}\n" });
  await box.titan("create host one --labels site=lab");
  await box.titan("create template t -f template");
  await box.titan("create workload w");
  await box.titan("create target lab --labels site=lab");
}

/** One change that gives deployments `d0`, `d1`, … the value `n`. */
async function setAll(api: ApiCaller, n: number, from = 0): Promise<void> {
  const operations = Array.from({ length: DEPLOYMENTS - from }, (_, at) => ({
    action: "apply",
    object: {
      kind: "Deployment",
      metadata: { name: `d${from + at}` },
      spec: { workload: "w", template: "t", target: "lab", values: { n } },
    },
  }));
  const answer = await api.post("/v1/changes", { operations });
  expect(answer).toMatchObject({ status: 200 });
}

async function filesAre(box: Sandbox, n: number, from = 0): Promise<void> {
  const expected = new Map<string, string>();
  for (let at = from; at < DEPLOYMENTS; at += 1) {
    expected.set(`default/d${at}/n.txt`, `d${at} ${n}\n`);
  }
  await eventually(
    `every file to say ${n}`,
    () => {
      expect(filesOnDisk(box.path("one"))).toEqual(expected);
      return true;
    },
    HANG_MS,
  );
}

/** How often the agent said that it applied each deployment. */
function appliedOf({ stdout, stderr }: RunningProcess): ReadonlyMap<string, number> {
  const applied = new Map<string, number>();
  for (const line of `${stdout}${stderr}`.split("\n")) {
    const name = /^(default\/d\d+): applied/.exec(line)?.[1];
    if (name !== undefined) applied.set(name, (applied.get(name) ?? 0) + 1);
  }
  return applied;
}

async function appliesEachOnce(agent: RunningProcess, count: number): Promise<void> {
  const applied = await eventually(
    "the agent to say what it applied",
    () => (appliedOf(agent).size === count ? appliedOf(agent) : undefined),
    HANG_MS,
  );
  expect(new Set(applied.values())).toEqual(new Set([1]));
}

describeWithOwnKafka("an agent that reads its topics from Kafka", () => {
  test("away while 10,000 changes happen, it applies the last state alone, compacted or not", async () => {
    await using broker = await startApacheKafka();
    await using box = new Sandbox();
    const titan = await up(box, broker.brokers, "data");
    const api = new ApiCaller(titan.api, titan.token);
    await prepare(box);
    await setAll(api, 0);
    const first = startAgent(box, broker.brokers);
    await filesAre(box, 0);
    await first.terminate();

    for (let n = 1; n <= CHANGES / DEPLOYMENTS; n += 1) await setAll(api, n);
    await box.titan("verify");
    expect(filesOnDisk(box.path("one")).get("default/d7/n.txt")).toBe("d7 0\n");
    const second = startAgent(box, broker.brokers);
    await filesAre(box, CHANGES / DEPLOYMENTS);
    await appliesEachOnce(second, DEPLOYMENTS);
    await second.terminate();

    // What lies behind its bookmarks goes, the news of a deletion included.
    await box.titan("delete deployment d0");
    await setAll(api, -1, 1);
    await setAll(api, -2, 1);
    await box.titan("verify");
    const gone = await compactEverything(broker.brokers);
    console.log(`compaction took ${gone} records`);
    expect(gone).toBeGreaterThan(0);
    const third = startAgent(box, broker.brokers);
    await filesAre(box, -2, 1);
    await appliesEachOnce(third, DEPLOYMENTS - 1);
  });

  test("another cluster behind the same address is not followed until somebody says so", async () => {
    const port = await freePort();
    await using box = new Sandbox();
    await using other = new Sandbox();
    const before = await (async () => {
      await using broker = await startApacheKafka({ port });
      const titan = await up(box, broker.brokers, "data");
      await prepare(box);
      await setAll(new ApiCaller(titan.api, titan.token), 1);
      const agent = startAgent(box, broker.brokers);
      await filesAre(box, 1);
      await titan.process.kill();
      return agent;
    })();
    await using broker = await startApacheKafka({ port });
    const titan = await up(other, broker.brokers, "data");
    const api = new ApiCaller(titan.api, titan.token);
    await prepare(other);
    await setAll(api, 2, 1);
    await other.titan("verify");
    const { body } = await api.get("/v1/installation");
    const { id } = body as { readonly id: string };
    const reports = () => other.titan("describe host one -o json");

    // One that ran all the time belongs to its cluster, and says that this is another.
    await eventually(
      "the agent to say that it is another cluster",
      () => before.stderr.includes("belong to the cluster"),
      HANG_MS,
    );
    expect(before.end).toBeUndefined();
    await filesAre(box, 1);
    await before.terminate();
    const agent = startAgent(box, broker.brokers);
    await eventually(
      "the agent to say that it is another installation",
      () => agent.stderr.includes("foreign-installation"),
      HANG_MS,
    );
    await eventually(
      "its report",
      async () => (await reports()).includes("foreign-installation"),
      HANG_MS,
    );
    await filesAre(box, 1);
    await agent.terminate();
    const accepting = startAgent(box, broker.brokers, "--accept-installation", id);
    await filesAre(box, 2, 1);
    await accepting.terminate();
  });
});
