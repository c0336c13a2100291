import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";
import type { Health } from "./health-server.ts";
import type { PartStatus } from "./work.ts";

const RUNNING = "running";

/**
 * What a service is doing, for `/readyz` and `/metrics`. A copy that has no part of the work, because
 * others have it, is ready too: it stands by.
 */
export class ServiceState {
  readonly #parts = new Map<string, PartStatus>();
  readonly #registry = new Registry();
  readonly #holds: Counter;
  #takesPart = false;

  constructor() {
    const registers = [this.#registry];
    const parts = this.#parts;
    collectDefaultMetrics({ register: this.#registry });
    new Gauge({
      name: "titan_part_revision",
      help: "revision that a part of this process is at",
      labelNames: ["part"],
      registers,
      collect() {
        this.reset();
        for (const [part, { revision }] of parts)
          if (revision !== undefined) this.set({ part }, revision);
      },
    });
    new Gauge({
      name: "titan_part_running",
      help: "1 when a part of this process is up to date or on its way, 0 while it reads, waits or is stuck",
      labelNames: ["part"],
      registers,
      collect() {
        this.reset();
        for (const [part, { kind }] of parts) this.set({ part }, kind === RUNNING ? 1 : 0);
      },
    });
    this.#holds = new Counter({
      name: "titan_log_holds_total",
      help: "appends that were not acknowledged and are tried again",
      labelNames: ["code"],
      registers,
    });
  }

  get health(): Health {
    const parts = [...this.#parts.values()];
    return {
      ready: this.#takesPart && parts.every(({ kind }) => kind === RUNNING),
      parts: Object.fromEntries(this.#parts),
    };
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  metrics(): Promise<string> {
    return this.#registry.metrics();
  }

  /** The log is open, and this process shares the work. */
  takesPart(): void {
    this.#takesPart = true;
  }

  report(part: string, status: PartStatus): void {
    this.#parts.set(part, status);
  }

  ended(part: string): void {
    this.#parts.delete(part);
  }

  held(code: string): void {
    this.#holds.inc({ code });
  }
}
