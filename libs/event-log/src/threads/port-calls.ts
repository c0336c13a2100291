import type { MessagePort, Transferable } from "node:worker_threads";
import { LogError, type LogErrorCode } from "../log-error.ts";

/** What the two ends send each other. */
type Message<Body> =
  | { readonly kind: "call"; readonly id: number; readonly body: Body }
  | { readonly kind: "word"; readonly body: Body }
  | { readonly kind: "answer"; readonly id: number; readonly value: unknown }
  | { readonly kind: "failure"; readonly id: number; readonly failure: Failure };

/** Errors are sent as their parts: not every one can be copied, and a copy is of no class of ours. */
type Failure =
  | {
      readonly kind: "log";
      readonly code: LogErrorCode;
      readonly outcome: "refused" | "unknown";
      readonly message: string;
    }
  | { readonly kind: "other"; readonly message: string; readonly stack: string | undefined };

interface Waiting {
  readonly settled: Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Calls between the two ends of a port. They begin at the other end in the order in which they were
 * made here, and each is answered with what `onCall` gives or throws there.
 */
export class PortCalls<Outgoing, Incoming> {
  readonly #port: MessagePort;
  readonly #onCall: (body: Incoming) => unknown;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;
  #isClosed = false;

  /** `onClose`: the other end is gone; calls that were not answered have been rejected. */
  constructor(port: MessagePort, onCall: (body: Incoming) => unknown, onClose: () => void) {
    this.#port = port;
    this.#onCall = onCall;
    port.on("message", (message: Message<Incoming>) => this.#take(message));
    port.on("close", () => {
      this.#isClosed = true;
      for (const { reject } of this.#waiting.values()) reject(goneError());
      this.#waiting.clear();
      onClose();
    });
  }

  /** `transfer`: memory that goes over and is not ours any more. */
  call(body: Outgoing, transfer: readonly Transferable[] = []): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(goneError());
    this.#calls += 1;
    const id = this.#calls;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(id, { settled: promise, resolve, reject });
    this.#post({ kind: "call", id, body }, transfer);
    return promise;
  }

  /** As `call`, and resolves too when the other end is gone: nothing is under way there any more. */
  async callIfThere(body: Outgoing, transfer: readonly Transferable[] = []): Promise<void> {
    try {
      await this.call(body, transfer);
    } catch (error) {
      if (!this.#isClosed) throw error;
    }
  }

  /** In order with the calls, and not answered. */
  tell(body: Outgoing): void {
    if (!this.#isClosed) this.#post({ kind: "word", body });
  }

  /** Resolves when every call that was made was answered. */
  async answered(): Promise<void> {
    await Promise.allSettled([...this.#waiting.values()].map(({ settled }) => settled));
  }

  close(): void {
    this.#port.close();
  }

  #take(message: Message<Incoming>): void {
    switch (message.kind) {
      case "call":
        void this.#answer(message.id, message.body);
        break;
      case "word":
        this.#onCall(message.body);
        break;
      case "answer":
        this.#settle(message.id)?.resolve(message.value);
        break;
      case "failure":
        this.#settle(message.id)?.reject(errorOf(message.failure));
        break;
    }
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  async #answer(id: number, body: Incoming): Promise<void> {
    try {
      this.#post({ kind: "answer", id, value: await this.#onCall(body) });
    } catch (error) {
      this.#post({ kind: "failure", id, failure: failureOf(error) });
    }
  }

  #post(message: Message<Outgoing>, transfer: readonly Transferable[] = []): void {
    this.#port.postMessage(message, [...transfer]);
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof LogError) {
    const { code, outcome, message } = error;
    return { kind: "log", code, outcome, message };
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { kind: "other", message, stack };
}

function errorOf(failure: Failure): Error {
  if (failure.kind === "log") return new LogError(failure.code, failure.outcome, failure.message);
  const { message, stack } = failure;
  return Object.assign(new Error(message), stack === undefined ? {} : { stack });
}

/** Whether what was called for has happened is not known. */
function goneError(): LogError {
  return new LogError("closed", "unknown", "the thread that holds the log has closed it");
}
