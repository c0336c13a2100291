import { ConfigError } from "@titan/processor-runtime/service";
import { expect, test } from "vitest";
import { readHostAgentConfig } from "./config.ts";

const GOOD = {
  TITAN_HOST: "tim-pi",
  TITAN_DIR: "/srv/titan",
  TITAN_STATE: "/var/lib/titan",
  TITAN_SERVER: "https://titan.example.com",
  TITAN_TOKEN: "titan_pi_secret",
};

function problems(environment: Readonly<Record<string, string>>): readonly string[] {
  try {
    readHostAgentConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

test("what a host needs to know", () => {
  expect(readHostAgentConfig(GOOD)).toEqual({
    host: "tim-pi",
    workspace: "default",
    log: "none",
    folder: "/srv/titan",
    stateFolder: "/var/lib/titan",
    server: "https://titan.example.com",
    token: "titan_pi_secret",
    acceptedInstallation: "",
    logLevel: "info",
  });
});

test("an agent that has a log needs no server", () => {
  const { TITAN_SERVER: _, TITAN_TOKEN: __, ...rest } = GOOD;
  const { log } = readHostAgentConfig({
    ...rest,
    TITAN_LOG: "kafka:k:9092",
    TITAN_KAFKA_TLS: "on",
  });
  expect(log).toMatchObject({ log: { kind: "kafka", brokers: ["k:9092"] }, kafkaTls: "on" });
  expect(problems(rest)).toEqual([
    "TITAN_SERVER is missing: TITAN_LOG as it is needs it",
    "TITAN_TOKEN is missing: TITAN_LOG as it is needs it",
  ]);
});

test("everything that is wrong is said at once, and no secret is told", () => {
  const found = problems({
    TITAN_HOST: "Tim's Pi",
    TITAN_WORKSPACE: "../x",
    TITAN_DIR: "relative",
    TITAN_SERVER: "https://me:secret@titan.example.com",
    TITAN_TOKEN: "two secret words",
    TITAN_LOG_LEVEL: "loud",
  });
  expect(found.map((problem) => problem.split(" ")[0])).toEqual([
    "TITAN_HOST",
    "TITAN_WORKSPACE",
    "TITAN_DIR",
    "TITAN_STATE",
    "TITAN_SERVER",
    "TITAN_TOKEN",
    "TITAN_LOG_LEVEL",
  ]);
  expect(found.join()).not.toContain("secret");
});

test("state does not lie among the deployments", () => {
  for (const state of ["/srv/titan", "/srv/titan/state"]) {
    expect(problems({ ...GOOD, TITAN_STATE: state })).toHaveLength(1);
  }
  expect(problems({ ...GOOD, TITAN_STATE: "/srv/titan-state" })).toEqual([]);
});
