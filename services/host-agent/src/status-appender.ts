import { partitionOf, type Host, type HostStatus, type Installation } from "@titan/domain";
import type { EventLog } from "@titan/event-log";
import { readStatement, readToEnd } from "@titan/processor-runtime";
import { encode } from "@titan/schema-codec";

const STATUS_TOPIC = "titan.host-status";
const HOST_TOPIC = "titan.host";

/**
 * Appends what a host reports, where the API would. A host that nothing is placed on does not know
 * its own incarnation; then its noun says it, as for the gateway. Rejects with `LogError`.
 */
export class StatusAppender {
  readonly #log: EventLog;
  /** `workspace/name`. */
  readonly #host: string;
  #next = 0;
  #installation = "";
  #label = -1;
  #createdRevision = 0;

  constructor(log: EventLog, host: string) {
    this.#log = log;
    this.#host = host;
  }

  async append(status: HostStatus, installation: Installation): Promise<void> {
    const partition = partitionOf(this.#host, installation.hostPartitions);
    const hostCreatedRevision =
      status.hostCreatedRevision === 0
        ? await this.#incarnation(installation.id, partition)
        : status.hostCreatedRevision;
    const value = encode("host-status", { ...status, hostCreatedRevision });
    const records = [{ key: this.#host, value }];
    await this.#log.append([{ topic: STATUS_TOPIC, partition, records }]);
  }

  /** The revision that created the host, 0 while there is none. Reads on from where it was. */
  async #incarnation(installation: string, partition: number): Promise<number> {
    const { end } = await this.#log.bounds(HOST_TOPIC, partition);
    if (installation !== this.#installation || end < this.#next) {
      this.#installation = installation;
      this.#next = 0;
      this.#label = -1;
      this.#createdRevision = 0;
    }
    this.#next = await readToEnd(this.#log, HOST_TOPIC, partition, this.#next, (record) => {
      if (record.key !== this.#host) return;
      const read = readStatement(record);
      if (read.kind !== "statement" || read.statement.revision < this.#label) return;
      this.#label = read.statement.revision;
      this.#createdRevision = (read.statement.current as Host | null)?.createdRevision ?? 0;
    });
    return this.#createdRevision;
  }
}
