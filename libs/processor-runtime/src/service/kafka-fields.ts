import { readFileSync } from "node:fs";
import type { KafkaOptions } from "@titan/event-log";
import { integerField, oneOfField, secretField, type ConfigField } from "./config.ts";

/** How to reach the cluster that `TITAN_LOG=kafka:…` names. */
export interface KafkaSettings {
  readonly kafkaTls: "off" | "on";
  /** Paths of PEM files; empty for none. */
  readonly kafkaCa: string;
  readonly kafkaCertificate: string;
  readonly kafkaKey: string;
  readonly kafkaSasl: "none" | "plain" | "scram-sha-256" | "scram-sha-512";
  readonly kafkaUser: string;
  readonly kafkaPassword: string;
  /** 0: three, or as many as there are brokers. */
  readonly kafkaReplicas: number;
  readonly kafkaSessionTimeoutMs: number;
  readonly kafkaTopicSettings: Readonly<Record<string, string>>;
}

const REPLICAS_MAX = 15;
const SESSION_MS = { min: 1_000, max: 300_000 };
const SESSION_MS_DEFAULT = 10_000;
const SETTING = /^([a-z.]+)=([\w.,:*-]+)$/;

function fileField(key: ConfigField<string>["key"], what: string): ConfigField<string> {
  return {
    key,
    expected: `an absolute path of ${what} in PEM form`,
    fallback: "",
    parse: (text) => (text.startsWith("/") ? text : undefined),
  };
}

const sasl = oneOfField<KafkaSettings["kafkaSasl"]>(
  "TITAN_KAFKA_SASL",
  ["none", "plain", "scram-sha-256", "scram-sha-512"],
  "none",
);
const topicSettings: ConfigField<KafkaSettings["kafkaTopicSettings"]> = {
  key: "TITAN_KAFKA_TOPIC_SETTINGS",
  expected: "settings of topics by Kafka's names, name=value, separated by semicolons",
  fallback: {},
  parse(text) {
    const found = text.split(";").map((part) => SETTING.exec(part.trim()));
    if (found.includes(null)) return undefined;
    return Object.fromEntries(found.map((match) => [match?.[1] ?? "", match?.[2] ?? ""]));
  },
};

type KafkaFields = { readonly [Name in keyof KafkaSettings]: ConfigField<KafkaSettings[Name]> };

export const KAFKA_FIELDS: KafkaFields = {
  kafkaTls: oneOfField<KafkaSettings["kafkaTls"]>("TITAN_KAFKA_TLS", ["off", "on"], "off"),
  kafkaCa: fileField("TITAN_KAFKA_CA", "the certificates to trust, beside those of the system"),
  kafkaCertificate: {
    ...fileField("TITAN_KAFKA_CERTIFICATE", "the certificate to show the broker"),
    needs: (path: string) => (path === "" ? [] : ["TITAN_KAFKA_KEY"]),
  },
  kafkaKey: fileField("TITAN_KAFKA_KEY", "the key of that certificate"),
  kafkaSasl: {
    ...sasl,
    needs: (mechanism: string) =>
      mechanism === "none" ? [] : ["TITAN_KAFKA_USER", "TITAN_KAFKA_PASSWORD"],
  },
  kafkaUser: secretField("TITAN_KAFKA_USER", "the name to sign in with"),
  kafkaPassword: secretField("TITAN_KAFKA_PASSWORD", "the password of that name"),
  kafkaReplicas: integerField("TITAN_KAFKA_REPLICAS", { min: 0, max: REPLICAS_MAX }, 0),
  kafkaSessionTimeoutMs: integerField(
    "TITAN_KAFKA_SESSION_TIMEOUT_MS",
    SESSION_MS,
    SESSION_MS_DEFAULT,
  ),
  kafkaTopicSettings: topicSettings,
};

/** Reads the files that the settings name; throws what the file system says. */
export function kafkaOptions(
  brokers: readonly string[],
  clientId: string,
  settings: KafkaSettings,
): KafkaOptions {
  const { kafkaTls, kafkaCa, kafkaCertificate, kafkaKey, kafkaSasl, kafkaReplicas } = settings;
  const pem = (path: string): string | undefined =>
    path === "" ? undefined : readFileSync(path, "utf8");
  const [ca, cert, key] = [kafkaCa, kafkaCertificate, kafkaKey].map(pem);
  const tls = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
  return {
    brokers,
    clientId,
    ...(kafkaTls === "off" ? {} : { tls }),
    ...(kafkaSasl === "none"
      ? {}
      : {
          sasl: {
            mechanism: kafkaSasl,
            username: settings.kafkaUser,
            password: settings.kafkaPassword,
          },
        }),
    ...(kafkaReplicas === 0 ? {} : { replicas: kafkaReplicas }),
    sessionTimeoutMs: settings.kafkaSessionTimeoutMs,
    topicSettings: settings.kafkaTopicSettings,
  };
}
