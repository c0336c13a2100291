import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { freePort } from "../flows/free-port.ts";
import { securitySettings, type Security } from "./broker-security.ts";
import { KAFKA_VERSION, kafkaJars } from "./kafka-jars.ts";
import { KafkaProcess } from "./kafka-process.ts";
import { serverProperties, type BrokerPorts, type Properties } from "./server-properties.ts";

const HEAP_MB = 512;

export interface ApacheKafkaOptions {
  /** A version of `org.apache.kafka:kafka_2.13` on Maven Central. */
  readonly version?: string;
  /** For clients; without it a free one. */
  readonly port?: number;
  /** The port that clients are told to connect to, for a proxy in front of `port`. */
  readonly advertised?: number;
  /** Where the broker keeps everything, also afterwards; without it a temporary folder. */
  readonly folder?: string;
  /** Further settings of the server; they win. */
  readonly properties?: Properties;
  readonly security?: Security;
  /** Of Java's heap. */
  readonly heapMb?: number;
  /**
   * No file of the broker grows beyond this, which is what a full disk looks like to it: the write
   * fails, the data folder is given up, the process ends. Above 11 MiB, because Kafka makes
   * files of 10 MiB for its indexes; a segment must be allowed to be larger than this.
   */
  readonly diskBytes?: number;
}

/**
 * Starts Apache Kafka from its jars, by the `java` (17 or newer) and, the first time, the `mvn` of
 * this machine. It is one node, broker and controller, on loopback. Resolves when a client gets
 * metadata; on an error nothing is left behind.
 */
export async function startApacheKafka(options: ApacheKafkaOptions = {}): Promise<KafkaProcess> {
  const { version = KAFKA_VERSION, security = "plain", heapMb = HEAP_MB, diskBytes } = options;
  const jars = await kafkaJars(version);
  const folder = newFolder(options.folder);
  const ports = await brokerPorts(options);
  const secured = await securitySettings(security, folder);
  const kafka = new KafkaProcess({
    version,
    folder,
    folderKept: options.folder !== undefined,
    ports,
    properties: {
      ...serverProperties(ports, join(folder, "data"), secured.protocol),
      ...secured.properties,
      ...options.properties,
    },
    java: { jars, heapMb },
    formatArguments: secured.formatArguments,
    client: { brokers: [`127.0.0.1:${ports.advertised}`], ...secured.client },
    diskBytes,
  });
  try {
    await kafka.start();
    return kafka;
  } catch (error) {
    await kafka.dispose();
    throw error;
  }
}

function newFolder(named: string | undefined): string {
  if (named === undefined) return mkdtempSync(join(tmpdir(), "titan-kafka-"));
  const folder = resolve(named);
  mkdirSync(folder, { recursive: true });
  return folder;
}

async function brokerPorts({ port, advertised }: ApacheKafkaOptions): Promise<BrokerPorts> {
  const clients = port ?? (await freePort());
  const taken = new Set([clients, advertised]);
  const another = async (): Promise<number> => {
    for (;;) {
      const found = await freePort();
      if (taken.has(found)) continue;
      taken.add(found);
      return found;
    }
  };
  const direct = await another();
  const controller = await another();
  return { clients, advertised: advertised ?? clients, direct, controller };
}
