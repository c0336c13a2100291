import type { Socket } from "node:net";
import { AnswerFrames } from "./answer-frames.ts";
import { WireWriter } from "./wire.ts";

/** A request that we write ourselves. */
export interface RawRequest<Answer> {
  readonly name: string;
  readonly apiKey: number;
  readonly apiVersion: number;
  /** One after the other; they must stay as they are until the answer comes. */
  readonly body: readonly Buffer[];
  readonly read: (answer: Buffer) => Answer;
  /** Milliseconds beyond the connection's own limit. */
  readonly waitsMs?: number;
}

/** A request was not answered in time. */
export class AnswerTimeoutError extends Error {
  constructor(request: string) {
    super(`no answer to ${request} came in time`);
    this.name = "AnswerTimeoutError";
  }
}

interface Asked {
  readonly settle: (answer: Buffer) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

const ANSWER_ID_AT = 4;
const ANSWER_AT = 8;
/** kafkajs numbers its requests from 0 upwards, on the same socket. */
const ID_FIRST = -1;
const ID_LAST = -0x80_00_00_00;

/**
 * Requests and answers on a socket without copies: kafkajs copies a request three times, into buffers
 * of twice its size, and an answer once. What is not an answer to us is given to kafkajs.
 */
export class RawExchange {
  readonly #clientId: string;
  readonly #asked = new Map<number, Asked>();
  readonly #frames = new AnswerFrames((frame) => this.#take(frame));
  #socket: Socket | undefined;
  #id = ID_FIRST;

  constructor(clientId: string) {
    this.#clientId = clientId;
  }

  /** How the socket is to be made: what it reads comes here instead of in its events. */
  readonly onread = {
    buffer: (): Buffer => this.#frames.room(),
    callback: (bytes: number): boolean => {
      try {
        this.#frames.filled(bytes);
      } catch (error) {
        this.#socket?.destroy(error instanceof Error ? error : undefined);
      }
      return true;
    },
  };

  /** The socket that was made so. */
  attach(socket: Socket): void {
    this.#socket = socket;
    const fail = (): void => this.#fail(new Error("the broker closed the connection"));
    socket
      .on("error", (error) => this.#fail(error))
      .on("end", fail)
      .on("close", fail);
  }

  /** Rejects with an `AnswerTimeoutError`, with what the connection failed with, or what `read` throws. */
  ask<Answer>(raw: RawRequest<Answer>, timeoutMs: number): Promise<Answer> {
    const { apiKey, apiVersion, body, name, read } = raw;
    const socket = this.#socket;
    if (socket === undefined || !socket.writable || !socket.readable) {
      return Promise.reject(new Error("the broker closed the connection"));
    }
    const id = this.#id;
    this.#id = id === ID_LAST ? ID_FIRST : id - 1;
    const head = new WireWriter(64 + this.#clientId.length)
      .int16(apiKey)
      .int16(apiVersion)
      .int32(id)
      .text(this.#clientId).bytes;
    const size = body.reduce((sum, part) => sum + part.length, head.length);
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const late = (): void => {
      this.#asked.delete(id);
      reject(new AnswerTimeoutError(name));
    };
    const settle = (answer: Buffer): void => {
      try {
        resolve(read(answer));
      } catch (error) {
        reject(error);
      }
    };
    this.#asked.set(id, { settle, reject, timer: setTimeout(late, timeoutMs) });
    socket.cork();
    socket.write(new WireWriter(ANSWER_ID_AT).int32(size).bytes);
    socket.write(head);
    for (const part of body) socket.write(part);
    socket.uncork();
    return promise;
  }

  #take(frame: Buffer): void {
    const id = frame.length < ANSWER_AT ? 0 : frame.readInt32BE(ANSWER_ID_AT);
    const asked = this.#asked.get(id);
    if (asked === undefined) {
      this.#socket?.emit("data", frame);
      return;
    }
    this.#asked.delete(id);
    clearTimeout(asked.timer);
    asked.settle(frame.subarray(ANSWER_AT));
  }

  #fail(error: Error): void {
    for (const { reject, timer } of this.#asked.values()) {
      clearTimeout(timer);
      reject(error);
    }
    this.#asked.clear();
  }
}
