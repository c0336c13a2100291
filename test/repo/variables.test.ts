import { readFileSync } from "node:fs";
import {
  readConfig,
  SERVICE_FIELDS,
  viewService,
  type ServiceConfig,
} from "@titan/processor-runtime/service";
import { deploymentFanout } from "@titan/deployment-fanout";
import { replicaAssignment } from "@titan/replica-assignment";
import { targetDelta } from "@titan/target-delta";
import { templateRender } from "@titan/template-render";
import { expect, test } from "vitest";
import { readApiConfig } from "../../services/api/src/config.ts";
import { readChangeFeedConfig } from "../../services/change-feed/src/config.ts";
import { readSettings } from "../../services/cli/src/settings.ts";
import { readGitopsWriterConfig } from "../../services/gitops-writer/src/config.ts";
import { readHostAgentConfig } from "../../services/host-agent/src/config.ts";
import { readForwarderConfig } from "../../services/stream-forwarder/src/config.ts";
import { ROOT } from "./source-files.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const EVERY_SERVICE = "every service";
const READERS: Readonly<Record<string, (environment: Environment) => unknown>> = {
  [EVERY_SERVICE]: (environment) => readConfig<ServiceConfig>(environment, SERVICE_FIELDS),
  "target-delta": (environment) => viewService(targetDelta).readConfig(environment),
  "replica-assignment": (environment) => viewService(replicaAssignment).readConfig(environment),
  "deployment-fanout": (environment) => viewService(deploymentFanout).readConfig(environment),
  "template-render": (environment) => viewService(templateRender).readConfig(environment),
  "change-feed": readChangeFeedConfig,
  "stream-forwarder": readForwarderConfig,
  "gitops-writer": readGitopsWriterConfig,
  api: readApiConfig,
  // With a log, so that it looks at everything that it may look at.
  "host-agent": (environment) =>
    readHostAgentConfig(
      new Proxy(environment, {
        get: (variables, name) => variables[String(name)] ?? AGENT[String(name)],
      }),
    ),
  cli: (environment) => readSettings({}, environment, {}),
};
const AGENT: Environment = {
  TITAN_LOG: "kafka:k:1",
  TITAN_HOST: "h",
  TITAN_DIR: "/d",
  TITAN_STATE: "/s",
};

/** Every variable that a reader looks at; the file of a secret goes by its variable. */
function variablesOf(read: (environment: Environment) => unknown): ReadonlySet<string> {
  const seen = new Set<string>();
  const spy = new Proxy<Record<string, string>>(
    {},
    {
      get(_, name) {
        if (typeof name === "string" && name.startsWith("TITAN_")) seen.add(name);
        return undefined;
      },
    },
  );
  try {
    read(spy);
  } catch {
    // What has no default is missed; it was looked at all the same.
  }
  for (const name of seen)
    if (seen.has(name.replace(/_FILE$/, "")) && name.endsWith("_FILE")) seen.delete(name);
  return seen;
}

/** The README's rows: which part of the system takes which variable. */
function documented(): ReadonlySet<string> {
  const rows = readFileSync(`${ROOT}README.md`, "utf8").split("\n");
  return new Set(
    rows.flatMap((row) => {
      const [, names = "", of = ""] = row.split("|");
      const variables = [...names.matchAll(/`(TITAN_[A-Z_]+)`/g)].map((match) => match[1] ?? "");
      if (!row.startsWith("| `TITAN_")) return [];
      return of.split(",").flatMap((part) => variables.map((name) => `${part.trim()}: ${name}`));
    }),
  );
}

test("the README's table names every variable of every part, and no other", () => {
  const everywhere = variablesOf(READERS[EVERY_SERVICE] ?? (() => {}));
  const found = Object.entries(READERS).flatMap(([part, read]) =>
    [...variablesOf(read)]
      // Services take what every one takes; the agent is no service, and takes the same for its log.
      .filter((name) => part === EVERY_SERVICE || !everywhere.has(name))
      .map((name) => `${part}: ${name}`),
  );
  expect([...documented()].toSorted()).toEqual([...new Set(found)].toSorted());
});
