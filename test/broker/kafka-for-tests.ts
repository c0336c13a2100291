import { startApacheKafka } from "./apache-kafka.ts";
import { startDockerKafka } from "./docker-kafka.ts";
import { KAFKA_VERSION, kafkaJars } from "./kafka-jars.ts";
import { runCommand } from "./run-command.ts";

/** A broker that all tests of a run use. Others may be at work on it: topics need names of their own. */
export interface KafkaForTests {
  readonly brokers: string;
  /** Undefined when it is not ours. */
  readonly version: string | undefined;
  close(): Promise<void>;
}

/** No broker can be had here; the message says what was tried and why it did not work. */
export class NoKafkaError extends Error {}

/**
 * The broker that `KAFKA_BROKERS` names; else one in Docker; else one from Apache's jars.
 * `KAFKA_VERSION` chooses the version of the latter two. Rejects with `NoKafkaError` when none
 * of the three is possible, and with another error when a broker is possible and does not work.
 */
export async function kafkaForTests(): Promise<KafkaForTests> {
  const { KAFKA_BROKERS, KAFKA_VERSION: asked } = process.env;
  if (KAFKA_BROKERS) {
    return { brokers: KAFKA_BROKERS, version: undefined, close: () => Promise.resolve() };
  }
  const version = asked || KAFKA_VERSION;
  const docker = await startDockerKafka(version).catch((error: unknown) => reasonOf(error));
  if (typeof docker !== "string") return { ...docker, version };
  const noJars = await whyNoApacheKafka(version);
  if (noJars !== undefined) {
    const tried = ["KAFKA_BROKERS is not set", `Docker: ${docker}`, `Apache's jars: ${noJars}`];
    throw new NoKafkaError(tried.join("; "));
  }
  const kafka = await startApacheKafka({ version });
  return { brokers: kafka.brokers, version, close: () => kafka.dispose() };
}

/** Why `startApacheKafka` is not possible on this machine; undefined when it is. */
export async function whyNoApacheKafka(
  version: string = KAFKA_VERSION,
): Promise<string | undefined> {
  try {
    await runCommand("java", ["-version"]);
    await kafkaJars(version);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
