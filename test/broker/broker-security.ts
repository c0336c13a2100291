import { brokerCertificates, type BrokerCertificates } from "./broker-certificates.ts";
import type { KafkaClientConfig } from "./kafka-process.ts";
import type { Properties } from "./server-properties.ts";

/**
 * What a broker demands of clients:
 * `sasl-plain` and `sasl-scram` a password (SCRAM-SHA-256 or 512), without encryption;
 * `tls` encryption; `mutual-tls` a certificate of the client's as well;
 * `sasl-tls` encryption and a password, by whichever of the three mechanisms.
 */
export type Security = "plain" | "sasl-plain" | "sasl-scram" | "tls" | "mutual-tls" | "sasl-tls";

export interface SecuritySettings {
  readonly protocol: "PLAINTEXT" | "SASL_PLAINTEXT" | "SSL" | "SASL_SSL";
  readonly properties: Properties;
  readonly formatArguments: readonly string[];
  readonly client: Omit<KafkaClientConfig, "brokers">;
}

/** The one user that a broker with passwords knows. */
export const KAFKA_USER = { username: "titan", password: "titan-secret" } as const;

/** Settings of broker and client; certificates are made in `folder` where they are needed. */
export async function securitySettings(
  security: Security,
  folder: string,
): Promise<SecuritySettings> {
  const none = { properties: {}, formatArguments: [], client: {} };
  switch (security) {
    case "plain":
      return { ...none, protocol: "PLAINTEXT" };
    case "sasl-plain":
      return { ...none, ...sasl(["PLAIN"]), protocol: "SASL_PLAINTEXT" };
    case "sasl-scram":
      return {
        ...sasl(["SCRAM-SHA-512", "SCRAM-SHA-256"]),
        protocol: "SASL_PLAINTEXT",
      };
    case "tls":
      return { ...none, ...tls(await brokerCertificates(folder)), protocol: "SSL" };
    case "mutual-tls": {
      const { properties, client } = tls(await brokerCertificates(folder));
      const demanded = { ...properties, "listener.name.client.ssl.client.auth": "required" };
      return { ...none, properties: demanded, client, protocol: "SSL" };
    }
    case "sasl-tls": {
      const passwords = sasl(["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"]);
      const { properties, client } = tls(await brokerCertificates(folder));
      return {
        protocol: "SASL_SSL",
        properties: { ...passwords.properties, ...properties },
        formatArguments: passwords.formatArguments,
        client: { ...passwords.client, ...client },
      };
    }
  }
}

type Mechanism = "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512";
type Passwords = Omit<SecuritySettings, "protocol">;

/** The client takes the first mechanism. */
function sasl(mechanisms: readonly [Mechanism, ...Mechanism[]]): Passwords {
  const { username, password } = KAFKA_USER;
  const listener = "listener.name.client";
  const login = "org.apache.kafka.common.security";
  const properties: Record<string, string> = {
    [`${listener}.sasl.enabled.mechanisms`]: mechanisms.join(","),
  };
  const formatArguments: string[] = [];
  for (const mechanism of mechanisms) {
    const name = `${listener}.${mechanism.toLowerCase()}.sasl.jaas.config`;
    if (mechanism === "PLAIN") {
      properties[name] = `${login}.plain.PlainLoginModule required user_${username}="${password}";`;
    } else {
      properties[name] = `${login}.scram.ScramLoginModule required;`;
      formatArguments.push("--add-scram", `${mechanism}=[name=${username},password=${password}]`);
    }
  }
  return { properties, formatArguments, client: { sasl: saslOf(mechanisms[0]) } };
}

/** How a client of kafkajs logs in by a mechanism. */
export function saslOf(mechanism: Mechanism): NonNullable<KafkaClientConfig["sasl"]> {
  switch (mechanism) {
    case "PLAIN":
      return { mechanism: "plain", ...KAFKA_USER };
    case "SCRAM-SHA-256":
      return { mechanism: "scram-sha-256", ...KAFKA_USER };
    case "SCRAM-SHA-512":
      return { mechanism: "scram-sha-512", ...KAFKA_USER };
  }
}

function tls(certificates: BrokerCertificates): Pick<SecuritySettings, "properties" | "client"> {
  const listener = "listener.name.client";
  return {
    properties: {
      [`${listener}.ssl.keystore.type`]: "PEM",
      [`${listener}.ssl.keystore.location`]: certificates.brokerFile,
      [`${listener}.ssl.truststore.type`]: "PEM",
      [`${listener}.ssl.truststore.location`]: certificates.caFile,
    },
    client: {
      ssl: {
        ca: [certificates.ca],
        cert: certificates.clientCertificate,
        key: certificates.clientKey,
      },
    },
  };
}
