import { connect, type Socket } from "node:net";
import { backoffMs, retryAfterMs } from "@titan/event-stream";
import { agentSecret } from "./agent-token.ts";

/** That of the agent (services/host-agent/src/gateway-transport.ts). */
const RETRY = { firstMs: 250, capMs: 60_000, random: Math.random };
/** A server that is silent for longer is dead, to an agent; it says something every 15 s. */
const SILENCE_MAX_MS = 60_000;
/** Loopback addresses to come from: one has not enough ports for a fleet that comes back. */
const LOCAL_ADDRESSES = 8;
const HEADER_END = "\r\n\r\n";
const MARK_ID = /^id: ([^:\n]+:(\d+))$/gm;

/** What all agents of a process share. */
export interface AgentsShared {
  readonly port: number;
  /** They read into one buffer, one after the other. */
  readonly buffer: Buffer;
  /** The stream is there: its first mark came. */
  onOpen(): void;
  /** It is there no longer. */
  onLost(): void;
  /** The server said to come later. */
  onRefused(): void;
  onMark(at: number, revision: number): void;
}

/**
 * One host's stream over a plain socket: asks as an agent does, with its token and bookmark, and
 * comes back as an agent does. Does not look at what it is sent, except for marks.
 */
export class AgentSocket {
  readonly #at: number;
  readonly #shared: AgentsShared;
  #socket: Socket | undefined;
  #bookmark = "";
  #head = "";
  #rest = "";
  #isOpen = false;
  #attempt = 0;

  constructor(at: number, shared: AgentsShared) {
    this.#at = at;
    this.#shared = shared;
  }

  connect(): void {
    this.#head = "";
    this.#rest = "";
    this.#attempt += 1;
    let waitMs = backoffMs(this.#attempt, RETRY);
    const socket = connect({
      host: "127.0.0.1",
      port: this.#shared.port,
      localAddress: `127.0.0.${1 + (this.#at % LOCAL_ADDRESSES)}`,
      onread: {
        buffer: this.#shared.buffer,
        callback: (size) => {
          waitMs = this.#take(this.#shared.buffer.toString("latin1", 0, size)) ?? waitMs;
          return true;
        },
      },
    });
    this.#socket = socket;
    socket.setTimeout(SILENCE_MAX_MS, () => socket.destroy());
    socket.on("error", () => {});
    socket.on("close", () => this.#lost(waitMs));
    socket.write(this.#request);
  }

  /** Reads nothing any more, without closing. */
  stick(): void {
    this.#socket?.setTimeout(0).pause();
  }

  /** Goes on. */
  read(): void {
    this.#socket?.resume();
  }

  get #request(): string {
    const bookmark = this.#bookmark === "" ? "" : `Last-Event-ID: ${this.#bookmark}\r\n`;
    return `GET /v1/workspaces/default/hosts/h${this.#at}/stream HTTP/1.1\r\nHost: titan\r\nAuthorization: Bearer ${agentSecret(this.#at)}\r\nAccept: text/event-stream\r\n${bookmark}\r\n`;
  }

  /** Answers how long to stay away when it was refused. */
  #take(text: string): number | undefined {
    if (this.#head !== "open") {
      this.#head += text;
      const end = this.#head.indexOf(HEADER_END);
      if (end < 0) return undefined;
      const head = this.#head;
      if (!head.startsWith("HTTP/1.1 200")) {
        const after = /^retry-after: *(.+)\r$/im.exec(head)?.[1];
        const waitMs = retryAfterMs(after, RETRY);
        if (waitMs !== undefined) this.#shared.onRefused();
        this.#socket?.destroy();
        return waitMs;
      }
      this.#head = "open";
      this.#marks(head.slice(end));
    } else {
      this.#marks(text);
    }
    return undefined;
  }

  /** An event lies whole in one chunk, so what frames the chunks only stands between two. */
  #marks(text: string): void {
    const all = this.#rest + text;
    const end = all.lastIndexOf("\n\n") + 1;
    this.#rest = all.slice(end);
    for (const [, id = "", revision] of all.slice(0, end).matchAll(MARK_ID)) {
      this.#bookmark = id;
      this.#attempt = 0;
      if (!this.#isOpen) {
        this.#isOpen = true;
        this.#shared.onOpen();
      }
      this.#shared.onMark(this.#at, Number(revision));
    }
  }

  #lost(waitMs: number): void {
    if (this.#isOpen) this.#shared.onLost();
    this.#isOpen = false;
    setTimeout(() => this.connect(), waitMs);
  }
}
