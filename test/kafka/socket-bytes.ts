import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";

const CHANNEL = "net.client.socket";

/** Counts the bytes of all connections that this process makes from now on. */
export class SocketBytes implements Disposable {
  readonly #open = new Set<Socket>();
  #closed = 0;

  constructor() {
    subscribe(CHANNEL, this.#onSocket);
  }

  /** Sent and received so far. */
  get total(): number {
    let bytes = this.#closed;
    for (const socket of this.#open) bytes += bytesOf(socket);
    return bytes;
  }

  [Symbol.dispose](): void {
    unsubscribe(CHANNEL, this.#onSocket);
  }

  readonly #onSocket = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket };
    this.#open.add(socket);
    socket.once("close", () => {
      this.#open.delete(socket);
      this.#closed += bytesOf(socket);
    });
  };
}

function bytesOf({ bytesRead, bytesWritten }: Socket): number {
  return bytesRead + bytesWritten;
}
