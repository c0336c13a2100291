import type { Action, Operation } from "@titan/domain";
import { integerBelow, type Random } from "@titan/event-log/testing";
import {
  DEPLOYMENTS,
  HOSTS,
  SECOND_WORKSPACE,
  SITES,
  TARGETS,
  TEMPLATES,
  TOKENS,
  WORKLOADS,
  type Place,
} from "./nouns-in-play.ts";

export function pick<Value>(random: Random, values: readonly Value[]): Value {
  const value = values[integerBelow(random, values.length)];
  if (value === undefined) throw new Error("nothing to pick from");
  return value;
}

/** An operation on one object; `place` has a workspace where its kind has. */
export function operation(
  action: Action,
  kind: string,
  place: Partial<Place>,
  rest: { readonly labels?: object; readonly spec?: object } = {},
): Operation {
  const { labels, spec = {} } = rest;
  const metadata = labels === undefined ? place : { ...place, labels };
  return { action, kind, document: JSON.stringify({ kind, metadata, spec }), expected: null };
}

export function hostOperation(random: Random): Operation {
  const place = pick(random, HOSTS);
  if (random() < 0.2) return operation("DELETE", "Host", place);
  const labels: Record<string, string> = { site: pick(random, SITES) };
  if (random() < 0.6) labels["zone"] = pick(random, ["a", "b"]);
  return operation("APPLY", "Host", place, { labels });
}

export function targetOperation(random: Random): Operation {
  const place = pick(random, TARGETS);
  if (random() < 0.1) return operation("DELETE", "Target", place);
  const selector = pick(random, ["site=lab", "site in (lab,barn)", "site!=roof", "zone"]);
  return operation("APPLY", "Target", place, { spec: { selector } });
}

export function templateOperation(random: Random): Operation {
  const place = pick(random, TEMPLATES);
  if (random() < 0.1) return operation("DELETE", "Template", place);
  const zone = random() < 0.4 ? " {{host.labels.zone}}" : "";
  const list = random() < 0.5 ? "{{#values.list}}<{{.}} {{deployment.name}}>{{/values.list}}" : "";
  const off = random() < 0.3 ? "{{^values.on}}off{{/values.on}}{{#values.on}}on{{/values.on}}" : "";
  const text = `{{deployment.name}} ${integerBelow(random, 1_000)}${zone}${list}${off} {{values.n}}\n`;
  const manifest = { text: "apiVersion: v1\nkind: ConfigMap\nname: {{workload.image}}\n" };
  const raw = { base64: Buffer.from([0, 255, integerBelow(random, 9)]).toString("base64") };
  return operation("APPLY", "Template", place, {
    spec: {
      files: {
        "app.conf": { text, ...(random() < 0.2 ? { executable: true } : {}) },
        "host.txt": { text: "{{host.name}}" },
        ...(random() < 0.3 ? { "deep/map.yaml": manifest } : {}),
        ...(random() < 0.2 ? { "raw.bin": raw } : {}),
      },
      defaults: { n: integerBelow(random, 3), list: [], on: random() < 0.5 },
    },
  });
}

export function workloadOperation(random: Random): Operation {
  const place = pick(random, WORKLOADS);
  if (random() < 0.15) return operation("DELETE", "Workload", place);
  const image = `image:${integerBelow(random, 4)}`;
  const values = random() < 0.4 ? { values: { n: 10 + integerBelow(random, 3) } } : {};
  return operation("APPLY", "Workload", place, { spec: { image, ...values } });
}

export function deploymentOperation(random: Random): Operation {
  const place = pick(random, DEPLOYMENTS);
  if (random() < 0.25) return operation("DELETE", "Deployment", place);
  const replicas = random() < 0.4 ? { replicas: integerBelow(random, 4) } : {};
  const list = Array.from({ length: integerBelow(random, 3) }, (_, at) => at);
  const values =
    random() < 0.5 ? { values: { list, n: integerBelow(random, 9), on: random() < 0.5 } } : {};
  return operation("APPLY", "Deployment", place, {
    spec: {
      workload: pick(random, ["w0", "w0", "w1"]),
      template: visible(place, pick(random, TEMPLATES)),
      target: visible(place, pick(random, TARGETS)),
      ...replicas,
      ...values,
    },
  });
}

/** An object as another names it: in `default` only what is in `default` is seen. */
function visible({ workspace }: Place, { workspace: of, name }: Place): string {
  if (workspace === "default" && of !== "default") return "t0";
  return workspace === of ? name : `${of}/${name}`;
}

export function workspaceOperation(random: Random): Operation {
  const name = pick(random, [SECOND_WORKSPACE, "spare"]);
  if (random() < 0.4) return operation("DELETE", "Workspace", { name });
  const description = `text ${integerBelow(random, 4)}`;
  return operation("APPLY", "Workspace", { name }, { spec: { description } });
}

export function tokenOperation(random: Random): Operation {
  const name = pick(random, TOKENS);
  if (random() < 0.3) return operation("DELETE", "Token", { name });
  const secretHash = String(integerBelow(random, 10)).repeat(64);
  const opens =
    random() < 0.5
      ? { host: pick(random, HOSTS).name }
      : { role: pick(random, ["admin", "viewer"]), workspaces: ["default"] };
  return operation("CREATE", "Token", { name }, { spec: { ...opens, secretHash } });
}

/** One field of something that is there. */
export function patchOperation(random: Random): Operation {
  const image = `image:${integerBelow(random, 4)}`;
  return pick(random, [
    operation("PATCH", "Workload", pick(random, WORKLOADS), { spec: { image } }),
    operation("PATCH", "Host", pick(random, HOSTS), { labels: { zone: pick(random, ["a", "b"]) } }),
    operation("PATCH", "Deployment", pick(random, DEPLOYMENTS), {
      spec: { replicas: 1 + integerBelow(random, 3) },
    }),
  ]);
}
