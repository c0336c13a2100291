import { BrokerConnection, type Address } from "./broker-connection.ts";
import { REQUEST_TIMEOUT_MS_DEFAULT, type KafkaOptions } from "./kafka-options.ts";

/**
 * The connections of one log. A network that swallows everything is noticed by who waits for an answer,
 * on each connection only when it is used: so the first that notices speaks for all that are silent.
 */
export class Connections {
  readonly #options: KafkaOptions;
  readonly #byName = new Map<string, BrokerConnection>();
  readonly #own = new Set<BrokerConnection>();

  constructor(options: KafkaOptions) {
    this.#options = options;
  }

  /** The one of this name; a new one when its address is another now. */
  named(name: string, address: Address): BrokerConnection {
    let found = this.#byName.get(name);
    if (found !== undefined && !isSame(found.address, address)) {
      found.close();
      found = undefined;
    }
    if (found === undefined) this.#byName.set(name, (found = this.#connect(address)));
    return found;
  }

  /** One that nobody else uses; its owner closes it. */
  own(address: Address): BrokerConnection {
    const connection = this.#connect(address);
    for (const other of this.#own) if (other.isClosed) this.#own.delete(other);
    this.#own.add(connection);
    return connection;
  }

  close(): void {
    for (const connection of [...this.#byName.values(), ...this.#own]) connection.close();
  }

  #connect(address: Address): BrokerConnection {
    return new BrokerConnection(address, this.#options, () => {
      const limitMs = this.#options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS_DEFAULT;
      const since = performance.now() - limitMs / 2;
      for (const other of [...this.#byName.values(), ...this.#own]) {
        if (isSame(other.address, address)) other.dropIfSilentSince(since);
      }
    });
  }
}

function isSame(one: Address, other: Address): boolean {
  return one.host === other.host && one.port === other.port;
}
