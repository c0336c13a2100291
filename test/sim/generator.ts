import type { Action, Operation, Proposal } from "@titan/domain";
import { integerBelow, type Random } from "@titan/event-log/testing";

const HOSTS = ["h0", "h1", "h2", "h3"];
const TARGETS = ["t0", "t1"];
const TEMPLATES = ["p0", "p1"];
const DEPLOYMENTS = ["d0", "d1", "d2"];
const SITES = ["lab", "barn", "roof"];

function pick<Value>(random: Random, values: readonly Value[]): Value {
  const value = values[integerBelow(random, values.length)];
  if (value === undefined) throw new Error("nothing to pick from");
  return value;
}

function operation(action: Action, kind: string, name: string, rest: object = {}): Operation {
  const { labels, spec } = rest as { labels?: object; spec?: object };
  const document = {
    kind,
    metadata: { workspace: "default", name, ...(labels === undefined ? {} : { labels }) },
    spec: spec ?? {},
  };
  return { action, kind, document: JSON.stringify(document), expected: null };
}

function hostOperation(random: Random): Operation {
  const name = pick(random, HOSTS);
  if (random() < 0.2) return operation("DELETE", "Host", name);
  const labels: Record<string, string> = { site: pick(random, SITES) };
  if (random() < 0.6) labels["zone"] = pick(random, ["a", "b"]);
  return operation("APPLY", "Host", name, { labels });
}

function targetOperation(random: Random): Operation {
  const selector = pick(random, ["site=lab", "site in (lab,barn)", "site!=roof", "zone"]);
  return operation("APPLY", "Target", pick(random, TARGETS), { spec: { selector } });
}

function templateOperation(random: Random): Operation {
  const zone = random() < 0.4 ? " {{host.labels.zone}}" : "";
  const list = random() < 0.5 ? "{{#values.list}}<{{.}} {{deployment.name}}>{{/values.list}}" : "";
  const off = random() < 0.3 ? "{{^values.on}}off{{/values.on}}{{#values.on}}on{{/values.on}}" : "";
  const text = `{{deployment.name}} ${integerBelow(random, 1_000)}${zone}${list}${off} {{values.n}}\n`;
  return operation("APPLY", "Template", pick(random, TEMPLATES), {
    spec: {
      files: { "app.conf": { text }, "host.txt": { text: "{{host.name}}" } },
      defaults: { n: integerBelow(random, 3), list: [], on: random() < 0.5 },
    },
  });
}

function deploymentOperation(random: Random): Operation {
  const name = pick(random, DEPLOYMENTS);
  if (random() < 0.25) return operation("DELETE", "Deployment", name);
  const replicas = random() < 0.4 ? { replicas: 1 + integerBelow(random, 2) } : {};
  const list = Array.from({ length: integerBelow(random, 3) }, (_, at) => at);
  const values =
    random() < 0.5 ? { values: { list, n: integerBelow(random, 9), on: random() < 0.5 } } : {};
  return operation("APPLY", "Deployment", name, {
    spec: {
      workload: "w0",
      template: pick(random, TEMPLATES),
      target: pick(random, TARGETS),
      ...replicas,
      ...values,
    },
  });
}

/** Relabels hosts and rewrites the selector that selects them, so that nobody should move. */
function swap(random: Random): Operation[] {
  const site = pick(random, SITES);
  return [
    ...HOSTS.map((name) => operation("APPLY", "Host", name, { labels: { site, zone: "a" } })),
    ...TARGETS.map((name) =>
      operation("APPLY", "Target", name, { spec: { selector: `site=${site}` } }),
    ),
  ];
}

/** The objects that every history begins with. */
export function firstOperations(): Operation[] {
  return [
    operation("APPLY", "Workload", "w0"),
    ...TARGETS.map((name) =>
      operation("APPLY", "Target", name, { spec: { selector: "site in (lab,barn)" } }),
    ),
    ...TEMPLATES.map((name) =>
      operation("APPLY", "Template", name, {
        spec: { files: { "app.conf": { text: `{{deployment.name}} first\n` } } },
      }),
    ),
  ];
}

/** Touches one host twice in one change. */
function twice(random: Random): Operation[] {
  const [first, second] = [hostOperation(random), hostOperation(random)];
  const { name } = (JSON.parse(first.document) as { metadata: { name: string } }).metadata;
  const document = JSON.parse(second.document) as { metadata: object };
  const again = { ...document, metadata: { ...document.metadata, name } };
  return [first, { ...second, document: JSON.stringify(again) }];
}

/** One random change. Many are refused, which is part of the history too. */
export function randomOperations(random: Random): Operation[] {
  if (random() < 0.15) return swap(random);
  if (random() < 0.1) return twice(random);
  const operations: Operation[] = [];
  for (let count = 1 + integerBelow(random, 3); count > 0; count -= 1) {
    const make = pick(random, [
      hostOperation,
      hostOperation,
      targetOperation,
      templateOperation,
      deploymentOperation,
      deploymentOperation,
    ]);
    // Somebody who has looked says which revision the object must have; now and then that is so.
    const expected = random() < 0.1 ? integerBelow(random, 30) : null;
    operations.push({ ...make(random), expected });
  }
  return operations;
}

export function proposalOf(id: string, seen: number, operations: readonly Operation[]): Proposal {
  return {
    id,
    seen,
    workspace: "default",
    actor: "sim",
    reason: "",
    proposedAt: 0,
    traceparent: "",
    operations,
  };
}
