import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import loggers from "kafkajs/src/loggers/index.js";
import Connection from "kafkajs/src/network/connection.js";
import protocol from "kafkajs/src/protocol/requests/index.js";
import { REQUEST_TIMEOUT_MS_DEFAULT, type KafkaOptions } from "./kafka-options.ts";
import { AnswerTimeoutError, RawExchange, type RawRequest } from "./raw-exchange.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A request that kafkajs knows how to write, by its name there. */
export interface NamedRequest {
  readonly name: string;
  readonly fields: object;
}

/** One socket: what we write ourselves goes past kafkajs, which opens it, signs in and does the rest. */
interface Opened {
  readonly connection: Connection;
  readonly exchange: RawExchange;
}

const CONNECT_TIMEOUT_MS = 5_000;
const KEEP_ALIVE_MS = 60_000;
const LOG_NOTHING = 0;
/** kafkajs logs what it also throws: what matters is told by who catches it. */
const SILENT = loggers.createLogger({ level: LOG_NOTHING, logCreator: () => () => {} });

/**
 * One connection to one broker, opened when it is needed and again after it broke. A broker
 * answers the requests of a connection one after the other, so what may wait long has its own.
 */
export class BrokerConnection {
  readonly address: Address;
  readonly #options: KafkaOptions;
  #opened: Promise<Opened> | undefined;
  #socket: Socket | undefined;
  #closed = false;
  /** When the last answer came, by performance.now(). */
  #heardAt = performance.now();
  readonly #onSilence: () => void;

  /** `onSilence`: an answer did not come in time, so the other connections to this broker may be dead too. */
  constructor(address: Address, options: KafkaOptions, onSilence: () => void = () => {}) {
    this.address = address;
    this.#options = options;
    this.#onSilence = onSilence;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Answers what kafkajs decodes, error codes included. Rejects when the connection fails. */
  call<Answer>(request: NamedRequest): Promise<Answer> {
    return this.#ask(request.name, ({ connection }) =>
      connection.send<Answer>(exchangeOf(request)),
    );
  }

  /** Rejects when the connection fails, and with what `read` throws. */
  callRaw<Answer>(raw: RawRequest<Answer>): Promise<Answer> {
    const limitMs = this.#options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS_DEFAULT;
    return this.#ask(raw.name, async ({ connection, exchange }) => {
      // What was signed in with may end: then it is done again.
      await connection.authenticate();
      return exchange.ask(raw, limitMs + (raw.waitsMs ?? 0));
    });
  }

  /** Requests that wait for an answer are rejected at once. */
  close(): void {
    this.#closed = true;
    this.#drop();
  }

  /** Gives it up if nothing was heard on it since; it is opened again when it is needed. */
  dropIfSilentSince(time: number): void {
    if (this.#heardAt <= time) this.#drop();
  }

  /** A connection on which an answer did not come in time is of no use: answers come in order. */
  async #ask<Answer>(name: string, send: (opened: Opened) => Promise<Answer>): Promise<Answer> {
    const opening = this.#open();
    const opened = await opening;
    this.#options.onRequest?.(name);
    try {
      const answered = await send(opened);
      this.#heardAt = performance.now();
      return answered;
    } catch (error) {
      // Others may have opened it anew since.
      if (this.#opened === opening) this.#drop();
      if (isTimeout(error)) this.#onSilence();
      throw error;
    }
  }

  #drop(): void {
    this.#opened = undefined;
    this.#socket?.destroy(new Error("the connection was given up"));
    this.#socket = undefined;
  }

  #open(): Promise<Opened> {
    if (this.#closed) return Promise.reject(new Error("the connection is closed"));
    if (this.#opened !== undefined) return this.#opened;
    const opened = this.#connect().catch((error: unknown) => {
      if (this.#opened === opened) this.#drop();
      throw error;
    });
    this.#opened = opened;
    this.#heardAt = performance.now();
    return opened;
  }

  async #connect(): Promise<Opened> {
    const { tls, sasl, clientId, requestTimeoutMs } = this.#options;
    const exchange = new RawExchange(clientId);
    const { onread } = exchange;
    const connection = new Connection({
      ...this.address,
      clientId,
      logger: SILENT,
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: requestTimeoutMs ?? REQUEST_TIMEOUT_MS_DEFAULT,
      ssl: tls ?? null,
      sasl: sasl === undefined ? null : { ...sasl },
      socketFactory: ({ host, port, ssl, onConnect }) => {
        const options = { host, port, onread };
        const servername = isIP(host) === 0 ? host : "";
        const socket =
          ssl === null
            ? connectTcp(options, onConnect)
            : connectTls({ ...options, servername, ...ssl }, onConnect);
        socket.setKeepAlive(true, KEEP_ALIVE_MS);
        socket.setNoDelay(true);
        this.#socket = socket;
        exchange.attach(socket);
        return socket;
      },
    });
    onlyWhenNeeded(connection.requestQueue);
    await connection.connect();
    connection.setVersions(await versionsOf(connection));
    connection.setSupportAuthenticationProtocol(true);
    await connection.authenticate();
    return { connection, exchange };
  }
}

function isTimeout(error: unknown): boolean {
  if (error instanceof AnswerTimeoutError) return true;
  return error instanceof Error && error.name === "KafkaJSRequestTimeoutError";
}

/** kafkajs sets a timer with a negative time for every answer (its issue 1751), also when nobody waits. */
function onlyWhenNeeded(queue: Connection["requestQueue"]): void {
  const schedule = queue.scheduleCheckPendingRequests.bind(queue);
  queue.scheduleCheckPendingRequests = () => {
    if (queue.pending.length > 0) schedule();
  };
}

/** Which requests the broker knows: kafkajs chooses its ways of signing in by it. */
async function versionsOf(connection: Connection): Promise<object> {
  const { apiVersions } = await connection.send<{
    readonly apiVersions: readonly { readonly apiKey: number }[];
  }>(exchangeOf({ name: "ApiVersions", fields: {} }));
  return Object.fromEntries(apiVersions.map((version) => [version.apiKey, version]));
}

/** In the newest form that kafkajs has, which every broker since Kafka 2.3 knows. */
function exchangeOf({ name, fields }: NamedRequest) {
  const definition = protocol.requests[name];
  if (definition === undefined) throw new RangeError(`kafkajs has no request ${name}`);
  const version = Math.max(...definition.versions.map(Number));
  const { request, response, requestTimeout } = definition.protocol({ version })(fields);
  return {
    request,
    response: {
      decode: (raw: Buffer) => response.decode(raw),
      // Error codes are read by who asked: kafkajs would throw at the first of many.
      parse: (answer: unknown) => Promise.resolve(answer as never),
    },
    logResponseError: false,
    ...(requestTimeout === undefined ? {} : { requestTimeout }),
  };
}
