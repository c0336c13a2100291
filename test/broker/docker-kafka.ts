import { setTimeout as sleep } from "node:timers/promises";
import { GenericContainer, getContainerRuntimeClient } from "testcontainers";
import { freePort } from "../flows/free-port.ts";
import { answersMetadata } from "./broker-answers.ts";
import { serverProperties, type Properties } from "./server-properties.ts";

const PORT = 9092;
const PAUSE_MS = 100;
const START_MS_MAX = 180_000;

export interface DockerKafka {
  readonly brokers: string;
  close(): Promise<void>;
}

/**
 * Starts Apache's own image with the settings that the jars get. Rejects when no engine answers
 * or the image can not be had.
 */
export async function startDockerKafka(version: string): Promise<DockerKafka> {
  const engine = await getContainerRuntimeClient();
  const { host } = engine.info.containerRuntime;
  // The broker must be told before it starts which port of the host its clients come to.
  const hostPort = await freePort();
  const container = await new GenericContainer(`apache/kafka:${version}`)
    .withExposedPorts({ container: PORT, host: hostPort })
    .withEnvironment(environmentOf(imageProperties(`${host}:${hostPort}`)))
    .withStartupTimeout(START_MS_MAX)
    .start();
  const brokers = `${host}:${hostPort}`;
  const close = async (): Promise<void> => void (await container.stop());
  const deadline = Date.now() + START_MS_MAX;
  while (!(await answersMetadata(brokers))) {
    if (Date.now() > deadline) {
      await close();
      throw new Error(`Kafka in Docker never answered at ${brokers}`);
    }
    await sleep(PAUSE_MS);
  }
  return { brokers, close };
}

function imageProperties(advertised: string): Properties {
  const ports = { clients: PORT, advertised: PORT, direct: PORT + 1, controller: PORT + 2 };
  return {
    ...serverProperties(ports, "/tmp/kafka-data", "PLAINTEXT"),
    listeners: `CLIENT://0.0.0.0:${PORT},DIRECT://127.0.0.1:${PORT + 1},CONTROLLER://127.0.0.1:${PORT + 2}`,
    "advertised.listeners": `CLIENT://${advertised},DIRECT://127.0.0.1:${PORT + 1}`,
  };
}

/** The image reads `a.b` from `KAFKA_A_B`. */
function environmentOf(properties: Properties): Record<string, string> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [
      `KAFKA_${name.toUpperCase().replaceAll(".", "_")}`,
      String(value),
    ]),
  );
}
