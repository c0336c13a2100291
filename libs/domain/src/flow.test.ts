import { expect, test } from "vitest";
import { deploymentTopic, hostTopic, STREAMS, streamOf } from "./flow.ts";
import { NOUN_KINDS, NOUN_NAMES } from "./noun.ts";

test("each topic has one row", () => {
  const topics = STREAMS.map((stream) => stream.topic);
  expect(new Set(topics).size).toBe(topics.length);
});

test("each noun has a stream named for it, written by the change feed", () => {
  for (const kind of NOUN_KINDS) {
    const { singular } = NOUN_NAMES[kind];
    const row = STREAMS.find((stream) => stream.topic === `titan.${singular}`);
    expect(row).toMatchObject({ record: singular, writers: ["change-feed"] });
  }
});

test("every stream has a writer and a reader", () => {
  for (const stream of STREAMS) {
    expect(stream.writers.length, stream.topic).toBeGreaterThan(0);
    expect(stream.readers.length, stream.topic).toBeGreaterThan(0);
  }
});

test("the topics of a host and of a deployment need no escaping", () => {
  expect(hostTopic("iot", "tim-pi")).toBe("titan.host.iot.tim-pi");
  expect(deploymentTopic("iot", "prod")).toBe("titan.deployment.iot.prod");
  expect(streamOf("titan.host").partitions).toBe("H");
});
