import type { Socket } from "node:net";
import { ProxiedDirection, type Bytes, type Passage } from "./proxied-direction.ts";

/** What holds for every connection of a proxy. */
export interface ProxyConditions {
  readonly delayMs: number;
  readonly frozen: boolean;
  readonly answersDropped: boolean;
}

export type Side = "client" | "server";

/** A client's connection and the one to the server that belongs to it. */
export class ProxiedConnection {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #requests: ProxiedDirection;
  readonly #answers: ProxiedDirection;
  readonly #conditions: () => ProxyConditions;
  /** Which side was told that the other will send no more. */
  #told: Side | undefined;

  /** Both sockets must let one direction end before the other (`allowHalfOpen`). */
  constructor(client: Socket, server: Socket, conditions: () => ProxyConditions) {
    this.#client = client;
    this.#server = server;
    this.#conditions = conditions;
    const passage = (swallows: (bytes: Bytes) => boolean) => (): Passage => ({
      ...conditions(),
      swallows,
    });
    this.#requests = new ProxiedDirection(
      client,
      server,
      passage(() => this.#told === "server"),
    );
    this.#answers = new ProxiedDirection(
      server,
      client,
      passage((bytes) =>
        bytes === "end" ? this.#serverIsSilent : this.#told === "client" || this.#dropped,
      ),
    );
    // An orderly end comes through the directions, behind the bytes before it; a reset does not.
    client.on("error", () => server.resetAndDestroy());
    server.on("error", () => {
      if (!this.#serverIsSilent) client.resetAndDestroy();
    });
  }

  get #dropped(): boolean {
    return this.#conditions().answersDropped;
  }

  /** Whether the client must not learn that the server is gone. */
  get #serverIsSilent(): boolean {
    return this.#told !== undefined || this.#dropped;
  }

  /** Whether answers are missing, so that what the server sends from now on makes no sense. */
  get isDamaged(): boolean {
    return this.lostAnswerBytes > 0 || this.#server.destroyed;
  }

  get lostAnswerBytes(): number {
    return this.#answers.lostBytes;
  }

  get isOver(): boolean {
    return this.#client.destroyed && this.#server.destroyed;
  }

  /** Resets both sides. */
  cut(): void {
    this.#client.resetAndDestroy();
    this.#server.resetAndDestroy();
  }

  halfClose(told: Side): void {
    this.#told = told;
    (told === "client" ? this.#client : this.#server).end();
  }

  /** To be called when the conditions have changed. */
  pass(): void {
    this.#requests.pass();
    this.#answers.pass();
  }
}
