export type Properties = Readonly<Record<string, string | number | boolean>>;

/** Ports of one broker, all on 127.0.0.1. */
export interface BrokerPorts {
  /** Where clients connect, as `security` asks. */
  readonly clients: number;
  /** The port that the broker tells clients to connect to: its own, or that of a proxy before it. */
  readonly advertised: number;
  /** Plain, and past every proxy: for the broker itself, and for tests that look at what it holds. */
  readonly direct: number;
  readonly controller: number;
}

/**
 * One node that is broker and controller at once, as small and as prompt as tests want it: no
 * waiting before the first member of a group, sessions from a second on, old records deleted
 * and logs compacted as soon as a topic's own rules allow it, few threads.
 */
export function serverProperties(
  ports: BrokerPorts,
  dataFolder: string,
  clientProtocol: string,
): Properties {
  return {
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.quorum.voters": `1@127.0.0.1:${ports.controller}`,
    "controller.listener.names": "CONTROLLER",
    listeners: listeners({
      CLIENT: ports.clients,
      DIRECT: ports.direct,
      CONTROLLER: ports.controller,
    }),
    "advertised.listeners": listeners({ CLIENT: ports.advertised, DIRECT: ports.direct }),
    "inter.broker.listener.name": "DIRECT",
    "listener.security.protocol.map": `CLIENT:${clientProtocol},DIRECT:PLAINTEXT,CONTROLLER:PLAINTEXT`,
    "log.dirs": dataFolder,

    "auto.create.topics.enable": false,
    "num.partitions": 1,
    "default.replication.factor": 1,
    "min.insync.replicas": 1,
    "offsets.topic.num.partitions": 4,
    "offsets.topic.replication.factor": 1,
    "transaction.state.log.num.partitions": 1,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "group.initial.rebalance.delay.ms": 0,
    "group.min.session.timeout.ms": 1_000,
    // After a kill the controller knows the broker's last life for so long, and refuses the next one.
    "broker.session.timeout.ms": 3_000,
    "broker.heartbeat.interval.ms": 500,

    "log.initial.task.delay.ms": 1_000,
    "log.retention.check.interval.ms": 1_000,
    "log.segment.delete.delay.ms": 1_000,
    "log.cleaner.backoff.ms": 200,
    "log.cleaner.min.cleanable.ratio": 0.001,
    "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
    "log.cleaner.threads": 1,

    "num.network.threads": 2,
    "num.io.threads": 4,
    "background.threads": 2,
    "num.recovery.threads.per.data.dir": 2,
  };
}

function listeners(ports: Readonly<Record<string, number>>): string {
  return Object.entries(ports)
    .map(([name, port]) => `${name}://127.0.0.1:${port}`)
    .join(",");
}

/** The text of a Java properties file. */
export function propertiesText(properties: Properties): string {
  return Object.entries(properties)
    .map(
      ([name, value]) =>
        `${name}=${String(value).replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}\n`,
    )
    .join("");
}
