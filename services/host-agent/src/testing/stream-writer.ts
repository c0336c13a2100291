import type { Commit, HostDeployment, RenderedDeployment } from "@titan/domain";
import type { EventLog } from "@titan/event-log";
import {
  addWrapping,
  AUDIT_WINDOW_MS,
  MARK_KEY,
  openInstallation,
  sliceTopic,
  type Clock,
} from "@titan/processor-runtime";
import { derivedHash, encode } from "@titan/schema-codec";

/** Makes the log that of an installation. */
export async function install(log: EventLog, clock: Clock, id: string): Promise<void> {
  const first: Commit = {
    revision: 1,
    id: `commit-${id}`,
    predecessor: "",
    proposalId: id,
    proposalPosition: -1,
    changeId: id,
    workspace: "default",
    actor: "titan",
    reason: "",
    committedAt: 0,
    traceparent: "",
    accepted: true,
    refusals: [],
    outcomes: [],
    events: [],
    installation: { id, hostPartitions: 4, deploymentPartitions: 1 },
  };
  await openInstallation(log, clock, first);
}

/** Fills the topic of one stream as the forwarder does. */
export class StreamWriter {
  readonly #log: EventLog;
  readonly #topic: string;
  readonly #name: "host-deployment" | "rendered-deployment";
  readonly #hashes = new Map<string, bigint>();

  private constructor(log: EventLog, topic: string) {
    this.#log = log;
    this.#topic = topic;
    this.#name = topic.startsWith("titan.host.") ? "host-deployment" : "rendered-deployment";
  }

  static async open(log: EventLog, topic: string, lagMs = AUDIT_WINDOW_MS): Promise<StreamWriter> {
    await log.createTopics([{ ...sliceTopic(topic), retention: { kind: "latest", lagMs } }]);
    return new StreamWriter(log, topic);
  }

  /** At `revision` the key has this value; the mark follows unless told. */
  async says(
    key: string,
    revision: number,
    current: HostDeployment | RenderedDeployment | null,
    marked = true,
  ): Promise<void> {
    const hash = derivedHash(this.#name, key, current as never);
    this.#hashes.set(key, hash);
    const value = encode(this.#name, {
      revision,
      index: 0,
      op: current === null ? "DELETE" : "UPDATE",
      previous: null,
      current,
      hash,
      changeId: `change-${revision}`,
      actor: "tester",
      reason: "",
      occurredAt: revision,
      causes: [],
      processorVersion: 1,
    } as never);
    await this.append(key, value);
    if (marked) await this.mark(revision);
  }

  async mark(revision: number): Promise<void> {
    let sum = 0n;
    for (const hash of this.#hashes.values()) sum = addWrapping(sum, hash);
    const count = this.#hashes.size;
    await this.append(MARK_KEY, encode("mark", { revision, sum, count }));
  }

  async append(key: string, value: Uint8Array): Promise<void> {
    await this.#log.append([{ topic: this.#topic, partition: 0, records: [{ key, value }] }]);
  }
}
