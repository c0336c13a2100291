import { afterAll, beforeAll, expect, test } from "vitest";
import { clientOf, type Client } from "../testing/client.ts";
import { startStack, type Stack } from "../testing/stack.ts";
import { CountingSink } from "../testing/counting-sink.ts";

const HOSTS = 20;

let stack: Stack;
let admin: Client;

beforeAll(async () => {
  stack = await startStack();
  admin = clientOf(stack.api, stack.admin);
});
afterAll(async () => await stack.close());

const hostObject = (at: number, group: string): object => ({
  kind: "Host",
  metadata: { name: `h${at}`, labels: { group } },
  spec: {},
});

async function apply(...objects: readonly object[]): Promise<void> {
  const operations = objects.map((object) => ({ action: "apply", object }));
  const answer = await admin("POST", "/v1/changes", { operations });
  if (answer.status !== 200) throw new Error(answer.text);
  const { derived } = stack.api.context.model;
  const revision = Number(answer.body["revision"]);
  await derived.waiters.wait(derived.cut ?? -1, revision, 60_000);
}

/** Who the host's agent is. */
const callerOf = (at: number): CountingSink["caller"] => ({
  kind: "host",
  actor: `a${at}`,
  host: `default/h${at}`,
  hostCreatedRevision: 0,
});

test("a change of one host reaches its streams, and looks at those of no other host", async () => {
  await apply(
    { kind: "Template", metadata: { name: "page" }, spec: { files: { a: { text: "a" } } } },
    { kind: "Workload", metadata: { name: "w" }, spec: {} },
    { kind: "Target", metadata: { name: "t" }, spec: { selector: "group=in" } },
    {
      kind: "Deployment",
      metadata: { name: "d" },
      spec: { workload: "w", template: "page", target: "t" },
    },
    ...Array.from({ length: HOSTS }, (_, at) => hostObject(at, "in")),
  );
  const { gateway } = stack.api.context;
  const watch = (kind: "host" | "deployment", key: string, at: number): CountingSink => {
    const sink = new CountingSink(callerOf(at));
    gateway.watch({ kind, key }, sink);
    return sink;
  };
  const hosts = Array.from({ length: HOSTS }, (_, at) => at);
  const slices = hosts.map((at) => watch("host", `default/h${at}`, at));
  const rendered = hosts.map((at) => watch("deployment", "default/d", at));
  for (const { texts } of [...slices, ...rendered]) expect(texts.length).toBe(1);
  const looks = [...slices, ...rendered].map((sink) => sink.looks);

  await apply(hostObject(3, "out"));

  expect(slices.map(({ texts }) => texts.length)).toEqual(hosts.map((at) => (at === 3 ? 2 : 1)));
  expect(slices[3]?.texts.at(-1)).toContain('"current":null');
  expect(rendered.map(({ endedWith }) => endedWith)).toEqual(
    hosts.map((at) => (at === 3 ? "not-allowed" : undefined)),
  );
  expect([...slices, ...rendered].map((sink) => sink.looks)).toEqual(looks);
});
