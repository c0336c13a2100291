import type { Change } from "@titan/client";
import type { HostDeployment } from "@titan/domain";
import {
  addWrapping,
  AUDIT_WINDOW_MS,
  readStatement,
  readToEnd,
  systemClock,
  type Statement,
} from "@titan/processor-runtime";
import { TopicJanitor } from "@titan/stream-forwarder";
import { expect, test } from "vitest";
import { startApacheKafka } from "../broker/apache-kafka.ts";
import { describeWithOwnKafka } from "../broker/describe-with-kafka.ts";
import { eventually } from "../flows/eventually.ts";
import { KafkaFleet } from "./kafka-fleet.ts";
import { SocketBytes } from "./socket-bytes.ts";

const HOSTS = 2_000;
/** The first and the last so many are compared. */
const COMPARED = 500;
/**
 * What grows with the number of hosts that are there would be seven times as much. How often a busy
 * broker is asked whether it leads a new partition yet differs from run to run.
 */
const GROWTH_MAX = 4;
const MICROSECONDS_PER_MS = 1_000;

type Operations = Change["operations"];

function operation(kind: string, name: string, spec: object, labels: object = {}) {
  return { action: "APPLY", object: { kind, metadata: { name, labels }, spec } } as const;
}

const host = (name: string, site: string) => operation("Host", name, {}, { site });
const deployment = (name: string, n = 1) =>
  operation("Deployment", name, {
    workload: "app",
    template: "page",
    target: "lab",
    values: { n },
  });
const removed = (kind: string, name: string) =>
  ({ action: "DELETE", object: { kind, metadata: { name } } }) as const;
const AROUND: Operations = [
  operation("Target", "lab", { selector: "site=lab" }),
  operation("Workload", "app", {}),
  operation("Template", "page", { files: { "page.txt": { text: "page {{values.n}}\n" } } }),
];

/** What a new reader believes that a slice holds: undefined while its last mark does not verify. */
async function believed(
  fleet: KafkaFleet,
  topic: string,
): Promise<{ readonly count: number; readonly deployments: readonly string[] } | undefined> {
  const top = new Map<string, Statement>();
  let mark: { readonly sum: bigint; readonly count: number } | undefined;
  await readToEnd(fleet.log, topic, 0, 0, (record) => {
    const read = readStatement(record);
    if (read.kind === "mark") mark = read.mark;
    if (read.kind !== "statement") return;
    const { key, revision } = read.statement;
    if ((top.get(key)?.revision ?? -1) <= revision) top.set(key, read.statement);
  });
  let sum = 0n;
  for (const { hash } of top.values()) sum = addWrapping(sum, hash);
  if (mark?.sum !== sum) return undefined;
  const values = [...top.values()].flatMap(({ current }) => (current as HostDeployment) ?? []);
  return { count: mark.count, deployments: values.map(({ deployment: key }) => key).sort() };
}

async function holds(fleet: KafkaFleet, name: string, ...keys: string[]): Promise<void> {
  await eventually(`${keys.join()} on ${name}`, async () => {
    const found = await believed(fleet, `titan.host.default.${name}`);
    return JSON.stringify(found?.deployments) === JSON.stringify(keys);
  });
}

interface Cost {
  readonly ms: number;
  readonly cpuMs: number;
  readonly bytes: number;
  /** Without those that ask for what is new: they are made as long as time goes by. */
  readonly requests: number;
}

async function costOf(fleet: KafkaFleet, sockets: SocketBytes, run: () => Promise<void>) {
  const requests = (): number =>
    [...fleet.requests].reduce((sum, [name, n]) => (name === "Fetch" ? sum : sum + n), 0);
  const [ms, cpu, bytes, asked] = [
    performance.now(),
    process.cpuUsage(),
    sockets.total,
    requests(),
  ];
  await run();
  const { user, system } = process.cpuUsage(cpu);
  const cost: Cost = {
    ms: Math.round(performance.now() - ms),
    cpuMs: Math.round((user + system) / MICROSECONDS_PER_MS),
    bytes: sockets.total - bytes,
    requests: requests() - asked,
  };
  return cost;
}

describeWithOwnKafka("topics of hosts and deployments", () => {
  test("2,000 hosts: the last 500 cost what the first 500 did, and each slice has its mark", async () => {
    using sockets = new SocketBytes();
    await using broker = await startApacheKafka();
    await using fleet = await KafkaFleet.start(broker.brokers);
    fleet.startForwarder();
    await fleet.forwarded(1);
    const names = Array.from({ length: HOSTS }, (_, at) => `host-${at}`);
    const createTo = async (from: number, to: number): Promise<Cost> =>
      costOf(fleet, sockets, async () => {
        const hosts = names.slice(from, to).map((name) => host(name, "barn"));
        await fleet.forwarded(await fleet.propose(hosts));
      });
    const first = await createTo(0, COMPARED);
    const between = await createTo(COMPARED, HOSTS - COMPARED);
    const last = await createTo(HOSTS - COMPARED, HOSTS);
    console.log("hosts and their topics made, the first, those between, the last:");
    console.table({ first, between, last });
    expect(last.requests).toBeLessThanOrEqual(first.requests * GROWTH_MAX);
    expect(last.bytes).toBeLessThanOrEqual(first.bytes * GROWTH_MAX);

    await fleet.stopForwarder();
    fleet.startForwarder();
    const restart = await costOf(fleet, sockets, () => fleet.forwarded(2));
    console.log(`a forwarder that starts with ${HOSTS} slices:`);
    console.table({ restart });
    const slices = await Promise.all(
      names.map((name) => believed(fleet, `titan.host.default.${name}`)),
    );
    const isEmpty = (slice: (typeof slices)[number]): boolean => slice?.count === 0;
    expect(slices.filter((slice) => !isEmpty(slice))).toEqual([]);
    expect(await fleet.entityTopics()).toHaveLength(HOSTS);
    expect(fleet.failures).toEqual([]);
  });

  test("topics go after the audit window; one that exists again, or goes too late, comes back", async () => {
    await using broker = await startApacheKafka();
    await using fleet = await KafkaFleet.start(broker.brokers);
    fleet.startForwarder();
    const hosts = ["a", "b", "c"].map((name) => host(name, "lab"));
    await fleet.propose([...AROUND, ...hosts, deployment("web"), deployment("old")]);
    await holds(fleet, "a", "default/old", "default/web");
    const gone = [removed("Host", "a"), removed("Deployment", "old")];
    await fleet.forwarded(await fleet.propose(gone));

    const { log, counts } = fleet;
    const now = new TopicJanitor({ log, clock: systemClock, counts });
    expect(await now.removeOld()).toEqual([]);
    const later = { ...systemClock, now: () => Date.now() + 2 * AUDIT_WINDOW_MS };
    const janitors = [1, 2].map(() => new TopicJanitor({ log, clock: later, counts }));
    await Promise.all(janitors.map((janitor) => janitor.removeOld()));
    expect(await fleet.entityTopics()).toEqual([
      "titan.deployment.default.web",
      "titan.host.default.b",
      "titan.host.default.c",
    ]);
    await fleet.forwarded(await fleet.propose([deployment("more")]));
    await holds(fleet, "b", "default/more", "default/web");

    await fleet.propose([host("a", "lab")]);
    await holds(fleet, "a", "default/more", "default/web");
    // A janitor that decided before it was created again, and was paused until now.
    await log.deleteTopics(["titan.host.default.a", "titan.deployment.default.web"]);
    await holds(fleet, "a", "default/more", "default/web");
    await fleet.propose([removed("Deployment", "more"), deployment("web", 2)]);
    await holds(fleet, "a", "default/web");
    await eventually("the stream of the deployment", async () =>
      (await fleet.entityTopics()).includes("titan.deployment.default.web"),
    );
    expect(fleet.failures).toEqual([]);
  });

  test("sharded: no topics, the gateway answers; and the slices are right after switching back", async () => {
    await using broker = await startApacheKafka();
    await using fleet = await KafkaFleet.start(broker.brokers);
    const api = await fleet.startApi();
    const served = async (name: string, text?: string): Promise<void> => {
      const path = `/v1/workspaces/default/hosts/${name}/deployments`;
      await eventually(`${text ?? "nothing"} for ${name}`, async () => {
        const { deployments } = (await api.get(path)).body as { readonly deployments: object[] };
        if (text === undefined) return deployments.length === 0;
        return JSON.stringify(deployments).includes(text);
      });
    };
    await fleet.propose([...AROUND, host("a", "lab"), host("b", "barn"), deployment("web")]);
    await served("a", "page 1");
    await served("b");
    expect(await fleet.entityTopics()).toEqual([]);

    fleet.startForwarder();
    await holds(fleet, "a", "default/web");
    await holds(fleet, "b");
    await fleet.stopForwarder();
    const topics = await fleet.entityTopics();
    await fleet.propose([host("a", "barn"), host("b", "lab"), host("c", "lab")]);
    await fleet.propose([deployment("web", 2)]);
    await served("c", "page 2");
    await served("a");
    expect(await fleet.entityTopics()).toEqual(topics);

    fleet.startForwarder();
    await holds(fleet, "a");
    await holds(fleet, "b", "default/web");
    await holds(fleet, "c", "default/web");
    expect(fleet.failures).toEqual([]);
  });
});
