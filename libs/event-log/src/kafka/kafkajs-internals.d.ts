/**
 * What the adapter uses of kafkajs 2.2.4 beside its public API, which can not read a partition
 * without waiting for a group, nor produce to thousands of topics without asking for all of them
 * each time. The package is pinned and frozen; these are its own names.
 */
declare module "kafkajs/src/network/connection.js" {
  import type { Socket } from "node:net";
  import type { ConnectionOptions } from "node:tls";

  interface Exchange<Answer> {
    readonly request: object;
    readonly response: {
      decode(raw: Buffer): Promise<unknown>;
      parse(decoded: unknown): Promise<Answer>;
    };
    /** Milliseconds; the longer one of this and the connection's counts. */
    readonly requestTimeout?: number;
    readonly logResponseError?: boolean;
  }
  interface SocketOptions {
    readonly host: string;
    readonly port: number;
    readonly ssl: ConnectionOptions | null;
    readonly onConnect: () => void;
  }
  interface Options {
    readonly host: string;
    readonly port: number;
    readonly logger: unknown;
    readonly clientId: string;
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly ssl: ConnectionOptions | null;
    readonly sasl: object | null;
    readonly socketFactory: (options: SocketOptions) => Socket;
  }
  class Connection {
    constructor(options: Options);
    readonly requestQueue: {
      readonly pending: readonly unknown[];
      scheduleCheckPendingRequests(): void;
    };
    connect(): Promise<unknown>;
    disconnect(): Promise<unknown>;
    isConnected(): boolean;
    authenticate(): Promise<void>;
    setVersions(versions: object): void;
    setSupportAuthenticationProtocol(isSupported: boolean): void;
    send<Answer>(exchange: Exchange<Answer>): Promise<Answer>;
  }
  export default Connection;
}

declare module "kafkajs/src/protocol/requests/index.js" {
  interface Definition {
    readonly versions: readonly string[];
    protocol(choice: { readonly version: number }): (options: object) => {
      readonly request: object;
      readonly response: { decode(raw: Buffer): Promise<unknown> };
      readonly requestTimeout?: number;
    };
  }
  const protocol: { readonly requests: Readonly<Record<string, Definition>> };
  export default protocol;
}

declare module "kafkajs/src/loggers/index.js" {
  interface LogEntry {
    readonly namespace: string;
    readonly level: number;
    readonly label: string;
    readonly log: { readonly message: string };
  }
  const loggers: {
    createLogger(options: {
      readonly level: number;
      readonly logCreator: () => (entry: LogEntry) => void;
    }): unknown;
  };
  export default loggers;
}
