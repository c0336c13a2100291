import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { describeWithOwnKafka } from "./describe-with-kafka.ts";
import { KAFKA_VERSION, kafkaJars } from "./kafka-jars.ts";

describeWithOwnKafka("the jars of Kafka", () => {
  let cache = "";

  beforeEach(() => {
    cache = mkdtempSync(join(tmpdir(), "titan-test-"));
    vi.stubEnv("TITAN_CACHE", cache);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(cache, { recursive: true });
  });

  test("are fetched once and whole, though two ask at once", async () => {
    const [one, two] = await Promise.all([kafkaJars(KAFKA_VERSION), kafkaJars(KAFKA_VERSION)]);
    expect(one).toBe(two);
    expect(readdirSync(cache)).toEqual([`kafka-${KAFKA_VERSION}`]);
    expect(existsSync(join(one, `kafka_2.13-${KAFKA_VERSION}.jar`))).toBe(true);
    vi.stubEnv("PATH", "/nowhere");
    expect(await kafkaJars(KAFKA_VERSION)).toBe(one);
  });

  test("that nobody published are an error, and leave nothing", async () => {
    await expect(kafkaJars("0.0.0-none")).rejects.toThrow("mvn");
    expect(readdirSync(cache)).toEqual([]);
  });

  test("need mvn, which is said", async () => {
    vi.stubEnv("PATH", "/nowhere");
    await expect(kafkaJars(KAFKA_VERSION)).rejects.toThrow("mvn is not installed");
    expect(readdirSync(cache)).toEqual([]);
  });
});
