import { existsSync, readFileSync, readdirSync } from "node:fs";
import { readConfig, SERVICE_FIELDS, type ServiceConfig } from "@titan/processor-runtime/service";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { readApiConfig } from "../../services/api/src/config.ts";
import { readChangeFeedConfig } from "../../services/change-feed/src/config.ts";
import { readGitopsWriterConfig } from "../../services/gitops-writer/src/config.ts";
import { composeFile } from "./compose-file.ts";
import { ROOT } from "./source-files.ts";

type Environment = Readonly<Record<string, string | undefined>>;
type ReadConfig = (environment: Environment) => ServiceConfig;

const readViewConfig: ReadConfig = (environment) =>
  readConfig<ServiceConfig>(environment, SERVICE_FIELDS);
const READERS: Readonly<Record<string, ReadConfig>> = {
  "change-feed": readChangeFeedConfig,
  "target-delta": readViewConfig,
  "replica-assignment": readViewConfig,
  "deployment-fanout": readViewConfig,
  "template-render": readViewConfig,
  "stream-forwarder": readViewConfig,
  "gitops-writer": readGitopsWriterConfig,
  api: readApiConfig,
};
/** These run where a person or a host is. */
const ELSEWHERE = ["cli", "host-agent"];

const schema = JSON.parse(
  readFileSync(`${ROOT}test/repo/compose-spec.schema.json`, "utf8"),
) as object;
// The schema has types in unions and formats of its own; a wrong file is refused all the same.
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
const validate = ajv.compile({ ...schema, $schema: "http://json-schema.org/draft-07/schema#" });
const ours = Object.entries(composeFile.services).filter(([, { build }]) => build !== undefined);

/** Every variable that a service looks at. */
function variablesOf(read: ReadConfig): ReadonlySet<string> {
  const seen = new Set<string>();
  const spy = new Proxy<Record<string, string>>(
    {},
    {
      get(_, name) {
        if (typeof name === "string") seen.add(name);
        return undefined;
      },
    },
  );
  try {
    read(spy);
  } catch {
    // Nothing is set, so what has no default is missed; all the same it was looked at.
  }
  return seen;
}

test("the file is one of Docker Compose", () => {
  validate(composeFile);
  expect(validate.errors ?? []).toEqual([]);
});

test.each([
  { services: { kafka: { image: 4 } } },
  { services: { kafka: { image: "kafka", comand: ["x"] } } },
  { services: { kafka: { image: "kafka", healthcheck: { tests: [] } } } },
])("%j is none", (wrong) => {
  expect(validate(wrong)).toBe(false);
});

test("each service that is a process is in it, and nothing else of ours", () => {
  const processes = readdirSync(`${ROOT}services`).filter(
    (name) => !ELSEWHERE.includes(name) && existsSync(`${ROOT}services/${name}/src/main.ts`),
  );
  expect(ours.map(([name]) => name).toSorted()).toEqual(processes.toSorted());
});

test.each(ours)(
  "%s runs its own program, with settings that it knows and takes",
  (name, service) => {
    const { environment = {}, command } = service;
    expect(command).toEqual(["node", `services/${name}/src/main.ts`]);
    const read = READERS[name];
    if (read === undefined) throw new Error(`nobody says how ${name} reads its configuration`);
    const known = variablesOf(read);
    expect(Object.keys(environment).filter((variable) => !known.has(variable))).toEqual([]);
    const config = read(environment);
    expect(config.log).toMatchObject({ kind: "kafka", brokers: ["kafka:9092"] });
    expect(config.schemaRegistry).toMatchObject({ url: "http://schema-registry:8081" });
    expect(service.healthcheck?.test.join(" ")).toContain(`:${config.healthPort}/livez`);
  },
);

test.each(Object.entries(composeFile.services))(
  "%s says whether it is healthy, waits for what it needs, and uses volumes that are there",
  (_, { healthcheck, depends_on: needs = {}, volumes = [] }) => {
    expect(healthcheck?.test.length).toBeGreaterThan(1);
    for (const [other, { condition }] of Object.entries(needs)) {
      expect(Object.keys(composeFile.services)).toContain(other);
      expect(condition).toBe("service_healthy");
    }
    const named = volumes.map((volume) => volume.split(":")[0]);
    for (const volume of named) expect(Object.keys(composeFile.volumes)).toContain(volume);
  },
);

test("who divides work runs twice", () => {
  const alone = ours.filter(([, { deploy }]) => (deploy?.replicas ?? 1) < 2).map(([name]) => name);
  expect(alone).toEqual(["gitops-writer", "api"]);
});

test("the image runs what the services need, as nobody special", () => {
  const lines = readFileSync(`${ROOT}Dockerfile`, "utf8").split("\n");
  expect(lines.filter((line) => line.startsWith("FROM "))).toEqual(["FROM node:26-bookworm-slim"]);
  expect(lines.filter((line) => line.startsWith("USER "))).toEqual(["USER node"]);
  expect(lines.join("\n")).toContain("npm ci --omit=dev");
  const left = readFileSync(`${ROOT}.dockerignore`, "utf8").split("\n");
  expect(left).toContain("**/node_modules");
  for (const needed of ["libs", "services", "schemas", "package.json", "package-lock.json"]) {
    expect(left).not.toContain(needed);
  }
});
