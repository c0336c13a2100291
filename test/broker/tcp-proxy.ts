import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { ProxiedConnection, type ProxyConditions, type Side } from "./proxied-connection.ts";

const HOST = "127.0.0.1";

export interface TcpProxyOptions {
  /** Without it a free one. */
  readonly port?: number;
}

/**
 * Listens on loopback and passes bytes to `target` (a port of this machine) and back, as badly
 * as a network can. Clients of Kafka go where the broker tells them: start it with `advertised`.
 */
export async function startTcpProxy(
  target: number,
  { port = 0 }: TcpProxyOptions = {},
): Promise<TcpProxy> {
  const proxy = new TcpProxy(target);
  await proxy.listen(port);
  return proxy;
}

export class TcpProxy implements AsyncDisposable {
  readonly #target: number;
  readonly #connections = new Set<ProxiedConnection>();
  #server: Server | undefined;
  #port = 0;
  #conditions: ProxyConditions = { delayMs: 0, frozen: false, answersDropped: false };

  constructor(target: number) {
    this.#target = target;
  }

  get port(): number {
    return this.#port;
  }

  /** `host:port`, as clients take it. */
  get address(): string {
    return `${HOST}:${this.#port}`;
  }

  /** How many connections there are. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Bytes of answers that were lost on the connections that are there. */
  get lostAnswerBytes(): number {
    return [...this.#connections].reduce((sum, each) => sum + each.lostAnswerBytes, 0);
  }

  async listen(port: number): Promise<void> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) =>
      this.#connected(client),
    );
    server.listen(port, HOST);
    await once(server, "listening");
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
  }

  #connected(client: Socket): void {
    const server = connect({
      port: this.#target,
      host: HOST,
      allowHalfOpen: true,
      noDelay: true,
    });
    const connection = new ProxiedConnection(client, server, () => this.#conditions);
    this.#connections.add(connection);
    const closed = (): void => {
      if (connection.isOver) this.#connections.delete(connection);
    };
    client.on("close", closed);
    server.on("close", closed);
  }

  /** Resets all connections; new ones are taken. */
  cut(): void {
    for (const connection of this.#connections) connection.cut();
  }

  /** New connections are refused, as by a machine where nothing listens; those that are there stay. */
  async refuse(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    // Its "close" would wait for the connections, so it is not waited for.
    server?.close();
    await new Promise(setImmediate);
  }

  /** Takes new connections again, at the same port. */
  async accept(): Promise<void> {
    if (this.#server === undefined) await this.listen(this.#port);
  }

  /** From now on bytes arrive so much later, both ways, in order; 0 ends it. */
  delay(delayMs: number): void {
    this.#change({ delayMs });
  }

  /** Holds all bytes back, on new connections too; nobody is told. */
  freeze(): void {
    this.#change({ frozen: true });
  }

  thaw(): void {
    this.#change({ frozen: false });
  }

  /**
   * Requests arrive, answers are lost: nor does a client learn that its server is gone. It
   * is what a writer sees whose acknowledgement is lost.
   */
  dropAnswers(): void {
    this.#change({ answersDropped: true });
  }

  /** Answers pass again. Connections that lost some are reset, as no stream goes on behind a hole. */
  passAnswers(): void {
    this.#change({ answersDropped: false });
    for (const connection of this.#connections) if (connection.isDamaged) connection.cut();
  }

  /**
   * Ends one direction of every connection and leaves the other. Told is the `client`: it
   * sees the end of the answers, and what it sends still arrives. Told is the `server`: it sees the end of
   * the requests and will close, of which the client learns nothing; what it sends is lost.
   */
  halfClose(told: Side): void {
    for (const connection of this.#connections) connection.halfClose(told);
  }

  #change(change: Partial<ProxyConditions>): void {
    this.#conditions = { ...this.#conditions, ...change };
    for (const connection of this.#connections) connection.pass();
  }

  /** Resets what is connected and listens no more. */
  async close(): Promise<void> {
    await this.refuse();
    this.cut();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
