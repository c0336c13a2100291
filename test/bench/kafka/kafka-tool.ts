import { join } from "node:path";
import { KAFKA_VERSION, kafkaJars } from "../../broker/kafka-jars.ts";
import { runCommand } from "../../broker/run-command.ts";

/** Runs one of Kafka's own tools from the broker's jars, with these flags; answers what it printed. */
export async function kafkaTool(
  name: string,
  flags: Readonly<Record<string, readonly string[]>>,
): Promise<string> {
  const jars = await kafkaJars(KAFKA_VERSION);
  return runCommand("java", [
    "-Xmx256m",
    "-XX:+UseSerialGC",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-cp",
    join(jars, "*"),
    `org.apache.kafka.tools.${name}`,
    ...Object.entries(flags).flatMap(([flag, values]) => [`--${flag}`, ...values]),
  ]);
}
