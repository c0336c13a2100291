import type { HostDeployment, Problem, RenderedDeployment } from "@titan/domain";
import { diskProblem } from "./disk-problem.ts";
import { foreignInstallation } from "./foreign-installation.ts";
import type { HostMemory } from "./host-memory.ts";
import type { VerifiedState } from "./logical-stream.ts";

/**
 * Cuts that were verified and not stored yet, of each stream the newest. What the disk does not take
 * waits for the next time, as does what belongs to an installation that is not followed yet: the host
 * stays with what is stored, and `problem` says why.
 */
export class WaitingCuts {
  readonly #memory: HostMemory;
  #own: VerifiedState<HostDeployment> | undefined;
  readonly #rendered = new Map<string, VerifiedState<RenderedDeployment>>();
  readonly #fresh = new Set<string>();
  #seen = 0;
  #foreign: Problem | null = null;
  #unstored: Problem | null = null;

  constructor(memory: HostMemory) {
    this.#memory = memory;
  }

  /** The newest cut of the own stream that was seen in this run; 0 before the first. */
  get seen(): number {
    return this.#seen;
  }

  /** Deployment streams that came to a cut in this run. */
  get fresh(): ReadonlySet<string> {
    return this.#fresh;
  }

  /** Why something waits: the disk does not take it, or it is of another installation. */
  get problem(): Problem | null {
    return this.#unstored ?? this.#foreign;
  }

  takeOwn(cut: VerifiedState<HostDeployment>): void {
    this.#own = cut;
  }

  takeRendered(stream: string, cut: VerifiedState<RenderedDeployment>): void {
    this.#rendered.set(stream, cut);
  }

  /** A stream that is not watched any more. */
  drop(stream: string): void {
    this.#rendered.delete(stream);
    this.#fresh.delete(stream);
  }

  /** Stores what the host may act on; then `watch` follows what it now should. */
  async store(watch: () => Promise<void>): Promise<void> {
    let failure: Problem | null = null;
    const own = this.#own;
    this.#own = undefined;
    if (own !== undefined) {
      failure = await diskProblem(() => this.#storeOwn(own));
      if (failure !== null) this.#own ??= own;
    }
    const cuts = new Map(this.#rendered);
    this.#rendered.clear();
    for (const [stream, cut] of cuts) {
      let isForeign = false;
      const failed = await diskProblem(async () => {
        isForeign = !(await this.#storeRendered(stream, cut));
      });
      if (failed === null && !isForeign) continue;
      failure ??= failed;
      if (!this.#rendered.has(stream)) this.#rendered.set(stream, cut);
    }
    const failed = await diskProblem(watch);
    this.#unstored = failure ?? failed;
  }

  async #storeOwn(cut: VerifiedState<HostDeployment>): Promise<void> {
    const judged = await this.#memory.storeOwn(cut);
    this.#foreign = judged === "foreign" ? foreignInstallation(cut.installation) : null;
    if (judged !== "foreign") this.#seen = Math.max(this.#seen, cut.revision);
  }

  /**
   * False for a cut of an installation that the own stream does not follow: it may be about to, and
   * nothing would say this cut again.
   */
  async #storeRendered(stream: string, cut: VerifiedState<RenderedDeployment>): Promise<boolean> {
    if ((await this.#memory.storeRendered(stream, cut)) === "foreign") return false;
    this.#fresh.add(stream);
    return true;
  }
}
