import { setTimeout as sleep } from "node:timers/promises";
import type { ApiCaller } from "./api-caller.ts";
import { planChange, type Expected, type Share } from "./crash-model.ts";

/** A change whose writer was told that it is made. */
export interface Acknowledged {
  readonly changeId: string;
  readonly revision: number;
  readonly expected: readonly Expected[];
}

const RETRY_MS = 25;
/** What says nothing about the outcome. Anything else that is not 200 is a mistake. */
const AGAIN: readonly number[] = [500, 502, 503, 504];

/**
 * Writes one change after the other, each under a key of its own and with the same bytes again
 * until it is acknowledged. Between changes it stands still while `hold` is asked for.
 */
export class CrashWriter {
  readonly #at: number;
  readonly #random: () => number;
  readonly #api: () => ApiCaller;
  readonly acknowledged: Acknowledged[] = [];
  share: Share = { host: "a", target: "a", deployment: undefined };
  #seen: number;
  #held = false;
  #idle = Promise.withResolvers<void>();
  #resumed = Promise.withResolvers<void>();
  #stopped = false;

  constructor(at: number, random: () => number, seen: number, api: () => ApiCaller) {
    this.#at = at;
    this.#random = random;
    this.#seen = seen;
    this.#api = api;
  }

  async run(): Promise<void> {
    for (let count = 1; !this.#stopped; count += 1) {
      if (this.#held) {
        this.#idle.resolve();
        await this.#resumed.promise;
        continue;
      }
      const { operations, after, expected } = planChange(this.#random, this.#at, count, this.share);
      const { changeId, revision } = await this.#repeat(`writer-${this.#at}-${count}`, operations);
      this.acknowledged.push({ changeId, revision, expected });
      this.#seen = Math.max(this.#seen, revision);
      this.share = after;
    }
    this.#idle.resolve();
  }

  /** Resolves when nothing of this writer is under way. */
  async hold(): Promise<void> {
    this.#idle = Promise.withResolvers();
    this.#resumed = Promise.withResolvers();
    this.#held = true;
    await this.#idle.promise;
  }

  resume(): void {
    this.#held = false;
    this.#resumed.resolve();
  }

  stop(): void {
    this.#stopped = true;
    this.resume();
  }

  async #repeat(
    key: string,
    operations: readonly unknown[],
  ): Promise<{ readonly changeId: string; readonly revision: number }> {
    const headers = { "idempotency-key": key, "titan-seen": String(this.#seen) };
    for (;;) {
      try {
        const { status, body } = await this.#api().post("/v1/changes", { operations }, headers);
        if (status === 200) return body as { readonly changeId: string; readonly revision: number };
        if (!AGAIN.includes(status)) throw new Refused(`${status} ${JSON.stringify(body)}`);
      } catch (error) {
        if (error instanceof Refused) throw error;
      }
      await sleep(RETRY_MS);
    }
  }
}

class Refused extends Error {}
