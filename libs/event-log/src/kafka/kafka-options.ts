import type { ConnectionOptions } from "node:tls";
import type { AppendRecord } from "../event-log.ts";

export interface KafkaOptions {
  /** `host:port`; any of them leads to the whole cluster. */
  readonly brokers: readonly string[];
  /** Shown in the broker's logs and metrics. */
  readonly clientId: string;
  /** Trust and client certificate; without it the connection is not encrypted. */
  readonly tls?: Pick<ConnectionOptions, "ca" | "cert" | "key" | "servername">;
  readonly sasl?: {
    readonly mechanism: "plain" | "scram-sha-256" | "scram-sha-512";
    readonly username: string;
    readonly password: string;
  };
  /** Copies of each partition of a topic that is made; three, or as many as there are brokers. */
  readonly replicas?: number;
  /** Further settings of each topic that is made, by Kafka's names. */
  readonly topicSettings?: Readonly<Record<string, string>>;
  /** Milliseconds without a heartbeat after which the others take a member's share over. */
  readonly sessionTimeoutMs?: number;
  /** Milliseconds for an answer, and for the broker to have all copies of an append. */
  readonly requestTimeoutMs?: number;
  /** Headers of each record that is appended. */
  readonly headersOf?: (topic: string, record: AppendRecord) => RecordHeaders;
  readonly logger?: KafkaLogger;
  /** Hears of each request that is sent, by its name in Kafka's protocol, for who counts them. */
  readonly onRequest?: (name: string) => void;
  /** Milliseconds since the epoch: the timestamps of records. */
  readonly now?: () => number;
}

/** Names and values, in the order in which they are written. */
export type RecordHeaders = readonly (readonly [name: string, value: string])[];

export interface KafkaLogger {
  readonly warn: (details: object, message: string) => void;
}

export const SESSION_TIMEOUT_MS_DEFAULT = 10_000;
export const REQUEST_TIMEOUT_MS_DEFAULT = 30_000;
