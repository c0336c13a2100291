import { join } from "node:path";
import { openEmbeddedLog, openKafkaLog, type EventLog } from "@titan/event-log";
import { describe, expect, test } from "vitest";
import { startApacheKafka } from "../broker/apache-kafka.ts";
import { describeWithOwnKafka } from "../broker/describe-with-kafka.ts";
import { eventually } from "../flows/eventually.ts";
import { freePort } from "../flows/free-port.ts";
import { Sandbox } from "../flows/sandbox.ts";
import { forgeEverywhere, type Forged, type Forgery } from "./forged-records.ts";
import { ServiceProcess } from "./service-process.ts";

const HANG_MS = 180_000;

/** Where a log is, in the words of those who open it. */
interface Place {
  /** Flags of `titan up`. */
  readonly up: readonly string[];
  /** `TITAN_LOG` of a service. */
  readonly address: string;
  open(): EventLog;
}

async function withDeployments(box: Sandbox): Promise<void> {
  box.write({ "template/app.conf": "{{deployment.name}}\n" });
  await box.titan("create workspace shop");
  await box.titan("create host one --labels site=lab");
  await box.titan("create template t -f template");
  await box.titan("create workload w");
  await box.titan("create target lab --labels site=lab");
  await box.titan("create deployment prod --workload w --template t --target lab");
  await box.titan("create deployment some --workload w --template t --target lab --replicas 1");
}

interface Verified {
  readonly ok: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly differences: readonly string[];
  }[];
}

/** `titan verify` where the API is all that runs: nobody else reads what was forged, or stops because of it. */
async function verifyAlone(box: Sandbox, place: Place, data: string, token: string) {
  const port = await freePort();
  const environment = {
    ...box.environment,
    TITAN_LOG: place.address,
    TITAN_HEALTH_PORT: "0",
    TITAN_API_PORT: String(port),
    TITAN_STATE: data,
    TITAN_GIT: join(data, "git"),
    TITAN_ADMIN_TOKEN: token,
  };
  await using api = new ServiceProcess("api", 1, environment, box.folder);
  api.start();
  const settings = { TITAN_SERVER: `http://127.0.0.1:${port}`, TITAN_TOKEN: token };
  await eventually(
    "the API",
    async () => (await box.run("whoami", { environment: settings })).status === 0,
    HANG_MS,
  );
  const { status, stdout, stderr } = await box.run("verify -o json", { environment: settings });
  await api.stop();
  if (stdout === "") throw new Error(`titan verify ended with ${status}: ${stderr}`);
  return { status, found: JSON.parse(stdout) as Verified };
}

async function findsWhatWasForged(place: Place): Promise<void> {
  await using box = new Sandbox();
  const up = await box.up({ more: place.up });
  await withDeployments(box);
  await eventually("everything to be as it must", async () => {
    return (await box.run("verify")).status === 0;
  });
  await up.process.terminate();
  const log = place.open();
  const forged: (Forged & { readonly forgery: Forgery })[] = [];
  for (const forgery of ["own-hash", "kept-hash"] as const) {
    for (const each of await forgeEverywhere(log, forgery)) forged.push({ ...each, forgery });
  }
  await log.close();
  console.log(`${forged.length} records were forged`);
  // Every noun, every view, and both kinds of streams.
  expect(new Set(forged.map(({ check }) => check)).size).toBe(14);

  const { status, found } = await verifyAlone(box, place, up.data, up.token);
  expect(status).toBe(1);
  expect(found.ok).toBe(false);
  for (const each of forged) {
    const differences = found.checks.find(({ name }) => name === each.check)?.differences ?? [];
    expect(differences.join("\n"), `${each.topic} ${each.key}`).toContain(said(each));
  }
}

function said({ key, offset, forgery }: Forged & { readonly forgery: Forgery }): string {
  return forgery === "own-hash"
    ? `${key} differs`
    : `${key} at offset ${offset} does not have the hash that it names`;
}

describe("what was changed by hand on the embedded log", () => {
  test("is found on every stream", async () => {
    await using folder = new Sandbox();
    const data = folder.path("data");
    const path = join(data, "log.sqlite");
    await findsWhatWasForged({
      up: ["--data", data],
      address: `embedded:${path}`,
      open: () => openEmbeddedLog({ path, logger: { warn: () => {} } }),
    });
  });
});

describeWithOwnKafka("what was changed by hand on Kafka", () => {
  test("is found on every stream", async () => {
    await using broker = await startApacheKafka();
    const { brokers } = broker;
    await findsWhatWasForged({
      up: ["--kafka", brokers],
      address: `kafka:${brokers}`,
      open: () => openKafkaLog({ brokers: [brokers], clientId: "forger" }),
    });
  });

  test("a stream is replayed from an offset, a revision or a time", async () => {
    await using broker = await startApacheKafka();
    await using box = new Sandbox();
    await box.up({ more: ["--kafka", broker.brokers] });
    await withDeployments(box);
    const { revision: before } = await lastOf(box, "titan.change");
    await box.titan("create deployment last --workload w --template t --target lab");
    for (const stream of ["titan.deployment", "titan.change", "titan.rendered-deployment"]) {
      const isLater = ({ revision }: Line): boolean => revision > before;
      const all = await eventually(`all of ${stream}`, async () => {
        const found = await linesOf(box, stream, "@0");
        return found.some(isLater) ? found : undefined;
      });
      const later = all.filter(isLater);
      expect(later.length).toBeLessThan(all.length);
      expect(await linesOf(box, stream, String(before + 1))).toEqual(later);
      const { at, offset } = later[0] ?? { at: "", offset: -1 };
      expect(await linesOf(box, stream, at)).toEqual(all.filter((line) => line.at >= at));
      expect(await linesOf(box, stream, `@${offset}`)).toEqual(
        all.filter((line) => line.offset >= offset),
      );
    }
  });
});

interface Line {
  readonly partition: number;
  readonly offset: number;
  readonly at: string;
  readonly revision: number;
}

async function linesOf(box: Sandbox, stream: string, from: string): Promise<readonly Line[]> {
  const text = await box.titan(["replay", stream, "--from", from]);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const { partition, offset, at, value } = JSON.parse(line) as Line & { readonly value: Line };
      return { partition, offset, at, revision: value.revision };
    });
}

async function lastOf(box: Sandbox, stream: string): Promise<Line> {
  const last = (await linesOf(box, stream, "@0")).at(-1);
  if (last === undefined) throw new Error(`${stream} is empty`);
  return last;
}
