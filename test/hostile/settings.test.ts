import { ConfigError, readConfig, SERVICE_FIELDS } from "@titan/processor-runtime/service";
import { registryAddress } from "@titan/schema-registry";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readApiConfig } from "../../services/api/src/config.ts";
import { readChangeFeedConfig } from "../../services/change-feed/src/config.ts";
import { readGitopsWriterConfig } from "../../services/gitops-writer/src/config.ts";
import { readHostAgentConfig } from "../../services/host-agent/src/config.ts";
import { readForwarderConfig } from "../../services/stream-forwarder/src/config.ts";
import { CASES, tryAll } from "./cases.ts";
import { hostileText, sentences } from "./hostile-values.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const READERS: Readonly<Record<string, (environment: Environment) => object>> = {
  "every service": (environment) => readConfig(environment, SERVICE_FIELDS),
  "change-feed": readChangeFeedConfig,
  "stream-forwarder": readForwarderConfig,
  "gitops-writer": readGitopsWriterConfig,
  api: readApiConfig,
  "host-agent": readHostAgentConfig,
};

const GOOD: Environment = {
  TITAN_LOG: "kafka:k:1",
  TITAN_HOST: "h",
  TITAN_DIR: "/d",
  TITAN_STATE: "/s",
  TITAN_GIT: "/g",
};
const SECRET = "s3cr3t";
const SECRETS: readonly string[] = [
  "TITAN_TOKEN",
  "TITAN_ADMIN_TOKEN",
  "TITAN_KAFKA_PASSWORD",
  "TITAN_KAFKA_USER",
  "TITAN_GIT",
  "TITAN_SCHEMA_REGISTRY",
  "TITAN_SERVER",
];

/** Every variable that the reader looks at. */
function variablesOf(read: (environment: Environment) => object): readonly string[] {
  const seen = new Set<string>();
  const spy = new Proxy(GOOD, {
    get(variables, name) {
      seen.add(String(name));
      return variables[String(name)];
    },
  });
  try {
    read(spy);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
  }
  return [...seen].filter((name) => !name.endsWith("_FILE")).sort();
}

const WORDS = [
  "kafka:",
  "embedded:",
  "/",
  "localhost",
  ":",
  "9092",
  ",",
  "[::1]",
  "http://",
  "https://",
  "on",
  "off",
  "plain",
  "1",
  "0",
  "99999999999999999999",
  "-1",
  "1e3",
  "=",
  ";",
  "a.b",
  "per-entity",
  "@",
  "..",
  " ",
];

test.each(Object.keys(READERS))(
  `${CASES} environments are the settings of %s, or every mistake without a secret`,
  (name) => {
    const read = READERS[name] ?? (() => ({}));
    const variables = variablesOf(read);
    expect(variables.length).toBeGreaterThan(5);
    const value = fc.oneof(sentences(WORDS, 5), hostileText);
    const wrong = fc.dictionary(fc.constantFrom(...variables), value, { maxKeys: 5 });
    let refused = 0;
    tryAll(
      wrong,
      (given) => {
        const environment: Record<string, string | undefined> = { ...GOOD };
        for (const [variable, text] of Object.entries(given)) {
          environment[variable] = SECRETS.includes(variable) ? `${text}u:${SECRET}@h` : text;
        }
        try {
          read(environment);
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error;
          refused += 1;
          if (error.message.includes(SECRET)) throw new Error("a secret is told", { cause: error });
        }
      },
      CASES,
    );
    expect(refused).toBeGreaterThan(0);
  },
);

test(`${CASES} addresses of a registry are read without the password, or are none`, () => {
  tryAll(
    sentences(["http://", "https://", "u", ":", "@", "h", "%zz", "/", "?", "#", SECRET], 8),
    (text) => {
      const address = registryAddress(text);
      if (address === undefined) return;
      const { username, password } = new URL(address.url);
      expect([username, password]).toEqual(["", ""]);
    },
  );
});
