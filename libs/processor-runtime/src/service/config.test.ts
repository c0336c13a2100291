import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  ConfigError,
  integerField,
  oneOfField,
  readConfig,
  secretField,
  textField,
} from "./config.ts";
import { logAddress } from "./log-address.ts";
import { SERVICE_FIELDS, type ServiceConfig } from "./service-config.ts";

const fields = {
  name: textField("TITAN_NAME", "a name"),
  port: integerField("TITAN_PORT", { min: 1, max: 9 }, 5),
  level: oneOfField("TITAN_LEVEL", ["low", "high"], "low"),
};
interface Settings {
  readonly name: string;
  readonly port: number;
  readonly level: "low" | "high";
}

function problems(environment: Readonly<Record<string, string>>): readonly string[] {
  try {
    readConfig<Settings>(environment, fields);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

test("what is not said has its default; an empty text counts as not said", () => {
  const config = readConfig<Settings>({ TITAN_NAME: "n", TITAN_PORT: "" }, fields);
  expect(config).toEqual({ name: "n", port: 5, level: "low" });
});

test("everything that is wrong is said at once, and no value is told", () => {
  const found = problems({ TITAN_PORT: "10", TITAN_LEVEL: "secret" });
  expect(found).toEqual([
    "TITAN_NAME is missing: expected a name",
    "TITAN_PORT is wrong: expected a whole number from 1 to 9",
    "TITAN_LEVEL is wrong: expected one of low, high",
  ]);
});

test.each(["0", "10", "1.5", "-1", "1e0", " 3", "x"])("%j is no number of the range", (port) => {
  expect(problems({ TITAN_NAME: "n", TITAN_PORT: port })).toHaveLength(1);
});

test("a log has an address", () => {
  expect(logAddress("embedded:/var/titan/log.sqlite")).toEqual({
    kind: "embedded",
    path: "/var/titan/log.sqlite",
  });
  expect(logAddress("kafka:a:9092, [::1]:9093")).toEqual({
    kind: "kafka",
    brokers: ["a:9092", "[::1]:9093"],
  });
  const wrong = [
    "",
    "embedded:relative",
    "kafka:",
    "kafka:a",
    "kafka:a:0",
    "kafka:a:1,",
    "kafka:a:70000",
  ];
  for (const text of [...wrong, "redis:x", "/path"]) expect(logAddress(text)).toBeUndefined();
});

test("what one setting needs of others is said with everything else", () => {
  const environment = {
    TITAN_LOG: "kafka:a:1",
    TITAN_KAFKA_SASL: "plain",
    TITAN_KAFKA_CERTIFICATE: "/c",
  };
  const read = () => readConfig<ServiceConfig>(environment, SERVICE_FIELDS);
  expect(read).toThrow(
    expect.objectContaining({
      problems: [
        "TITAN_KAFKA_KEY is missing: TITAN_KAFKA_CERTIFICATE as it is needs it",
        "TITAN_KAFKA_USER is missing: TITAN_KAFKA_SASL as it is needs it",
        "TITAN_KAFKA_PASSWORD is missing: TITAN_KAFKA_SASL as it is needs it",
      ],
    }),
  );
});

test("a secret may come from a file", () => {
  const folder = mkdtempSync(join(tmpdir(), "titan-config-"));
  writeFileSync(join(folder, "secret"), "hush\n");
  const secret = { password: secretField("TITAN_PASSWORD", "a password") };
  const read = (path: string) =>
    readConfig<{ password: string }>({ TITAN_PASSWORD_FILE: path }, secret);
  expect(read(join(folder, "secret"))).toEqual({ password: "hush" });
  expect(() => read(join(folder, "nothing"))).toThrow("TITAN_PASSWORD_FILE is wrong");
  rmSync(folder, { recursive: true });
});

test("settings of topics are taken apart", () => {
  const field = SERVICE_FIELDS.kafkaTopicSettings;
  expect(field.parse("segment.ms=1000; compression.type=zstd")).toEqual({
    "segment.ms": "1000",
    "compression.type": "zstd",
  });
  expect(field.parse("segment.ms")).toBeUndefined();
});

test("a service needs to be told its log and nothing else", () => {
  const config = readConfig<ServiceConfig>({ TITAN_LOG: "embedded:/l" }, SERVICE_FIELDS);
  expect(config).toMatchObject({ logLevel: "info", healthHost: "127.0.0.1", healthPort: 8_081 });
});
