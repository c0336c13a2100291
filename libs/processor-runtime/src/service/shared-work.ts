import type { EventLog } from "@titan/event-log";
import type { SharedWork, Work } from "./work.ts";

interface Running {
  readonly work: Work;
  readonly ended: Promise<void>;
}

/**
 * Runs this process's share of each kind of work: what is assigned is started, what is revoked is
 * stopped and waited for, and then told to `onEnded`. `close` hands everything over. What fails is
 * told to `onBug`.
 */
export class WorkShares {
  readonly #onBug: (error: unknown) => void;
  readonly #onEnded: (part: string) => void;
  readonly #running = new Map<string, Running>();
  readonly #shares: { close(): Promise<void> }[];

  constructor(
    log: EventLog,
    kinds: readonly SharedWork[],
    onBug: (error: unknown) => void,
    onEnded: (part: string) => void = () => {},
  ) {
    this.#onBug = onBug;
    this.#onEnded = onEnded;
    this.#shares = kinds.map((kind) =>
      log.share(kind.group, kind.count, {
        assigned: (numbers) => {
          for (const at of numbers) this.#start(`${kind.group} ${at}`, kind.make(at));
        },
        revoked: async (numbers) => {
          await Promise.all(numbers.map((at) => this.#stop(`${kind.group} ${at}`)));
        },
      }),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#shares.map((share) => share.close()));
    await Promise.all([...this.#running.keys()].map((id) => this.#stop(id)));
  }

  #start(id: string, work: Work): void {
    this.#running.set(id, { work, ended: work.run().catch(this.#onBug) });
  }

  async #stop(id: string): Promise<void> {
    const running = this.#running.get(id);
    this.#running.delete(id);
    running?.work.stop();
    await running?.ended;
    if (running !== undefined) this.#onEnded(running.work.name);
  }
}
