import { randomUUID } from "node:crypto";
import { BrokerConnection } from "../../kafka/broker-connection.ts";
import type { KafkaOptions } from "../../kafka/kafka-options.ts";

interface Answer {
  readonly errorCode?: number;
  readonly errors?: readonly {
    readonly partitionErrors: readonly { readonly errorCode: number }[];
  }[];
}

const TIMEOUT_MS = 60_000;
/** A coordinator that begins, or ends another transaction. */
const PASSING = new Set([14, 15, 16, 51]);

/**
 * Ends the active segments of partitions, which no cleaner touches: writes the marker of an empty
 * transaction behind the last record, which no reader sees. Needs `segment.ms` to be over. For
 * tests alone: the product knows no transactions. The cluster must have one broker.
 */
export async function rollSegments(
  options: KafkaOptions,
  topics: readonly { readonly name: string; readonly partitions: number }[],
): Promise<void> {
  const [first = ""] = options.brokers;
  const colon = first.lastIndexOf(":");
  const address = { host: first.slice(0, colon), port: Number(first.slice(colon + 1)) };
  const connection = new BrokerConnection(address, options);
  const ask = async (name: string, fields: object): Promise<Record<string, unknown>> => {
    for (;;) {
      const answer = await connection.call<Answer>({ name, fields });
      const codes = [
        answer.errorCode ?? 0,
        ...(answer.errors ?? []).flatMap(({ partitionErrors }) =>
          partitionErrors.map(({ errorCode }) => errorCode),
        ),
      ];
      const code = codes.find((one) => one !== 0);
      if (code === undefined) return answer as Record<string, unknown>;
      if (!PASSING.has(code)) throw new Error(`${name} was refused: ${code}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const transactionalId = `roll-${randomUUID()}`;
  try {
    await ask("GroupCoordinator", { groupId: transactionalId, coordinatorType: 1 });
    const producer = await ask("InitProducerId", {
      transactionalId,
      transactionTimeout: TIMEOUT_MS,
    });
    const { producerId, producerEpoch } = producer;
    const transaction = { transactionalId, producerId, producerEpoch };
    await ask("AddPartitionsToTxn", {
      ...transaction,
      topics: topics.map(({ name, partitions }) => ({
        topic: name,
        partitions: Array.from({ length: partitions }, (_, at) => at),
      })),
    });
    await ask("EndTxn", { ...transaction, transactionResult: true });
  } finally {
    connection.close();
  }
}
