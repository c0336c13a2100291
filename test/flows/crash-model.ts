import { pick } from "./seeded-random.ts";

/** What one writer has brought the world to: it alone changes these objects. */
export interface Share {
  readonly host: "a" | "b";
  readonly target: "a" | "b";
  /** The value in the deployment; undefined when there is none. */
  readonly deployment: number | undefined;
}

export interface Operation {
  readonly action: "apply" | "delete";
  readonly object: Readonly<Record<string, unknown>>;
}

/** One object as it must be read at the revision of its change; `is` is undefined when deleted. */
export interface Expected {
  readonly path: string;
  readonly is: unknown;
}

export interface PlannedChange {
  readonly operations: readonly Operation[];
  readonly after: Share;
  readonly expected: readonly Expected[];
}

const WHERE = "/v1/workspaces/default";

/** The next change of writer `at`: some of its host, its target and its deployment. */
export function planChange(
  random: () => number,
  at: number,
  count: number,
  before: Share,
): PlannedChange {
  const kinds = ["host", "target", "value", "value", "delete", "both"] as const;
  const kind = before.deployment === undefined ? "value" : pick(random, kinds);
  const letter = (): "a" | "b" => pick(random, ["a", "b"] as const);
  switch (kind) {
    case "host":
      return changeOf(at, before, { ...before, host: letter() }, ["host"]);
    case "target":
      return changeOf(at, before, { ...before, target: letter() }, ["target"]);
    case "both": {
      const after = { ...before, host: letter(), target: letter() };
      return changeOf(at, before, after, ["host", "target"]);
    }
    case "value":
      return changeOf(at, before, { ...before, deployment: count }, ["deployment"]);
    case "delete":
      return changeOf(at, before, { ...before, deployment: undefined }, ["deployment"]);
  }
}

function changeOf(
  at: number,
  before: Share,
  after: Share,
  touched: readonly ("host" | "target" | "deployment")[],
): PlannedChange {
  const parts = touched.map((part) => partOf(at, after, part));
  return {
    operations: parts.map(({ operation }) => operation),
    expected: parts.map(({ expected }) => expected),
    after,
  };
}

function partOf(
  at: number,
  after: Share,
  part: "host" | "target" | "deployment",
): { readonly operation: Operation; readonly expected: Expected } {
  switch (part) {
    case "host": {
      const labels = { group: after.host };
      const object = { kind: "Host", metadata: { name: `h${at}`, labels }, spec: {} };
      return {
        operation: { action: "apply", object },
        expected: { path: `${WHERE}/hosts/h${at}`, is: { metadata: { labels } } },
      };
    }
    case "target": {
      const spec = { selector: `group=${after.target}` };
      const object = { kind: "Target", metadata: { name: `t${at}` }, spec };
      return {
        operation: { action: "apply", object },
        expected: { path: `${WHERE}/targets/t${at}`, is: { spec } },
      };
    }
    case "deployment": {
      const path = `${WHERE}/deployments/d${at}`;
      const metadata = { name: `d${at}` };
      if (after.deployment === undefined) {
        const object = { kind: "Deployment", metadata };
        return { operation: { action: "delete", object }, expected: { path, is: undefined } };
      }
      const values = { n: after.deployment };
      const spec = { workload: "w", template: "numbers", target: `t${at}`, values };
      return {
        operation: { action: "apply", object: { kind: "Deployment", metadata, spec } },
        expected: { path, is: { spec: { values } } },
      };
    }
  }
}

/** The files of every host by the writers' shares, worked out without Titan's own code. */
export function filesByHost(
  shares: readonly Share[],
): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const all = new Map<string, ReadonlyMap<string, string>>();
  for (const [host, { host: group }] of shares.entries()) {
    const files = new Map<string, string>();
    for (const [at, { target, deployment }] of shares.entries()) {
      if (deployment === undefined || target !== group) continue;
      files.set(`default/d${at}/n.txt`, `${deployment} on h${host}\n`);
    }
    all.set(`h${host}`, files);
  }
  return all;
}
