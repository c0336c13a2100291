import { SchemaRegistry as ConfluentClient } from "@kafkajs/confluent-schema-registry";

/** The client that other services use, as they make it. */
export function confluentClient(host: string): ConfluentClient {
  return new ConfluentClient({ host });
}
