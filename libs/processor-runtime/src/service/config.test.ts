import { expect, test } from "vitest";
import { ConfigError, integerField, oneOfField, readConfig, textField } from "./config.ts";
import { logAddress, openLog } from "./open-log.ts";
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
  expect(logAddress("kafka:a:9092,b:9092")).toEqual({ kind: "kafka", brokers: "a:9092,b:9092" });
  for (const text of ["", "embedded:relative", "kafka:", "redis:x", "/path"]) {
    expect(logAddress(text)).toBeUndefined();
  }
});

test("Kafka is refused until there is an adapter", () => {
  const open = () => openLog({ kind: "kafka", brokers: "a:9092" }, { warn: () => {} });
  expect(open).toThrow("comes with the Kafka adapter");
});

test("a service needs to be told its log and nothing else", () => {
  const config = readConfig<ServiceConfig>({ TITAN_LOG: "embedded:/l" }, SERVICE_FIELDS);
  expect(config).toMatchObject({ logLevel: "info", healthHost: "127.0.0.1", healthPort: 8_081 });
});
