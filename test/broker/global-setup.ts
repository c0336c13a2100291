import type { TestProject } from "vitest/node";
import { kafkaForTests, NoKafkaError, whyNoApacheKafka } from "./kafka-for-tests.ts";
import type { ProvidedKafka } from "./provided-kafka.ts";

/**
 * Starts one broker for all tests of the project, before the first, and ends it after the last.
 * A missing broker is an error where `CI=true`, and a loud notice elsewhere.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let close = (): Promise<void> => Promise.resolve();
  let shared: ProvidedKafka["shared"];
  try {
    const kafka = await kafkaForTests();
    close = () => kafka.close();
    shared = { brokers: kafka.brokers };
  } catch (error) {
    if (!(error instanceof NoKafkaError)) throw error;
    shared = { missing: error.message };
  }
  const ownMissing = await whyNoApacheKafka();
  try {
    if ("missing" in shared) report(`Tests on Kafka are skipped: ${shared.missing}`);
    if (ownMissing !== undefined) {
      report(`Tests that start their own Kafka are skipped: ${ownMissing}`);
    }
  } catch (error) {
    await close();
    throw error;
  }
  project.provide("kafka", { shared, ownMissing });
  return close;
}

function report(notice: string): void {
  if (process.env["CI"] === "true") throw new Error(notice);
  const line = "!".repeat(100);
  process.stderr.write(`\n${line}\n${notice}\n${line}\n\n`);
}
