import { ConfigError } from "@titan/processor-runtime/service";
import { expect, test } from "vitest";
import { readApiConfig } from "./config.ts";

test("a log and a folder are enough", () => {
  const config = readApiConfig({ TITAN_LOG: "embedded:/l", TITAN_STATE: "/var/titan" });
  expect(config).toMatchObject({ listenHost: "127.0.0.1", listenPort: 7_070, gitUrl: "" });
});

test("everything that is wrong is said at once", () => {
  const environment = {
    TITAN_STATE: "relative",
    TITAN_API_PORT: "70000",
    TITAN_GIT: "https://me:secret@example.com/r",
  };
  let said: unknown;
  try {
    readApiConfig(environment);
  } catch (error) {
    said = error;
  }
  expect(said).toBeInstanceOf(ConfigError);
  const { problems } = said as ConfigError;
  const keys = problems.map((problem) => problem.split(" ")[0]);
  expect(new Set(keys)).toEqual(
    new Set(["TITAN_API_PORT", "TITAN_GIT", "TITAN_LOG", "TITAN_STATE"]),
  );
  expect(problems.join()).not.toContain("secret");
});
