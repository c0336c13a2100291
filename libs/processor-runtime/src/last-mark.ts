import type { Archive } from "@titan/compact";

/** The mark that an owner made last in a stream. */
export class LastMark {
  #revision = -1;
  #offset: number | undefined;

  /** Lower than every revision before the first. */
  get revision(): number {
    return this.#revision;
  }

  /** Undefined while its append is under way, and before the first. */
  get offset(): number | undefined {
    return this.#offset;
  }

  made(revision: number): void {
    this.#revision = revision;
    this.#offset = undefined;
  }

  landed(offset: number): void {
    this.#offset = offset;
  }

  /** Whether a mark that was seen lies behind this one and says less. */
  isBefore(mark: { readonly revision: number; readonly offset: number }): boolean {
    return mark.revision < this.#revision && mark.offset > (this.#offset ?? -1);
  }

  keepIn(archive: Archive): void {
    const kept = archive.json({ revision: this.#revision, offset: this.#offset ?? 0 });
    this.#revision = kept.revision;
    this.#offset = kept.offset;
  }
}
