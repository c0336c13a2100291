import { openTitan, type TitanClient } from "@titan/client";
import { startApacheKafka } from "../broker/apache-kafka.ts";
import type { KafkaProcess } from "../broker/kafka-process.ts";
import { startTcpProxy, type TcpProxy } from "../broker/tcp-proxy.ts";
import { eventually } from "../flows/eventually.ts";
import { freePort } from "../flows/free-port.ts";
import { Installation } from "../kafka/installation.ts";
import { kafkaTopics } from "./truth/kafka-topics.ts";
import type { ReadTopics } from "./truth/topic-record.ts";

export const COPIES = 2;
/** After harm processes start again and sessions time out. */
const HANG_MS = 240_000;

/**
 * Titan on a Kafka of its own, two copies of each service, with a proxy before the broker and one before
 * each replica of the API. When it goes out of scope, nothing of it is left.
 */
export class HarmedInstallation implements AsyncDisposable {
  readonly broker: KafkaProcess;
  readonly network: TcpProxy;
  readonly installation: Installation;
  /** What clients connect to, a replica each. */
  readonly servers: readonly TcpProxy[];

  private constructor(
    broker: KafkaProcess,
    network: TcpProxy,
    installation: Installation,
    servers: readonly TcpProxy[],
  ) {
    this.broker = broker;
    this.network = network;
    this.installation = installation;
    this.servers = servers;
  }

  static async start(): Promise<HarmedInstallation> {
    const port = await freePort();
    await using started = new AsyncDisposableStack();
    const network = started.use(await startTcpProxy(port));
    const broker = started.use(await startApacheKafka({ port, advertised: network.port }));
    const installation = started.use(
      await Installation.start({ brokers: network.address, copies: COPIES }),
    );
    const servers: TcpProxy[] = [];
    for (const server of installation.servers) {
      servers.push(started.use(await startTcpProxy(Number(new URL(server).port))));
    }
    started.move();
    return new HarmedInstallation(broker, network, installation, servers);
  }

  /**
   * Tells everybody which connections are of no use: a half-closed one is noticed by a request's
   * time-out only, each by whoever needs it next, and rounds are to be many.
   */
  heal(): void {
    for (const proxy of [this.network, ...this.servers]) proxy.cut();
  }

  /** As any other service connects. */
  openTitan(): Promise<TitanClient> {
    return openTitan(`kafka:${this.network.address}`, { environment: {} });
  }

  /** What the topics hold, read by somebody who has nothing to do with Titan. */
  topics(): Promise<ReadTopics> {
    return kafkaTopics(this.broker.direct, `${this.installation.servers[0] ?? ""}/registry`);
  }

  /** Resolves when every replica of the API knows a revision and all that follows from it. */
  async caughtUp(revision: number): Promise<void> {
    for (const [replica, api] of this.installation.apis.entries()) {
      await eventually(
        `replica ${replica} of the API at ${revision}`,
        async () => {
          const { body } = await api.get("/v1/installation");
          const known = body as { readonly revision: number; readonly derivedRevision: number };
          if (known.revision < revision || known.derivedRevision < revision)
            throw new Error(JSON.stringify(body));
          return true;
        },
        HANG_MS,
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.servers) await server.close();
    await this.installation[Symbol.asyncDispose]();
    await this.broker.dispose();
    await this.network.close();
  }
}
