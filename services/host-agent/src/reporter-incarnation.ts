import { join } from "node:path";
import { type Disk, DiskError } from "./disk.ts";
import { readSealed, writeSealed, type Seal } from "./sealed-file.ts";

const SEAL: Seal = { format: "reporter", version: 1 };
const FILE = "reporter.json";
const DIGITS = 16;

/**
 * The incarnation of this run of the agent, which sorts after those before it: one more than the
 * one kept on disk, or the time, whichever is later, so that a lost state folder does not make a
 * host mute. A clock that is off does no harm: the gateway names the incarnation to go above. A disk
 * that does not take the number is asked again with each report; until it does, a start may take the
 * number of the one before, and the gateway answers as to one that is behind.
 */
export class ReporterIncarnation {
  readonly #disk: Disk;
  readonly #path: string;
  #number: number;
  #isKept = false;

  private constructor(disk: Disk, path: string, number: number) {
    this.#disk = disk;
    this.#path = path;
    this.#number = number;
  }

  static async open(disk: Disk, stateFolder: string, nowMs: number): Promise<ReporterIncarnation> {
    const path = join(stateFolder, FILE);
    const content = await readSealed(disk, path, SEAL);
    const kept = content.kind === "found" ? Number(content.body) : 0;
    const number = Math.max(Number.isSafeInteger(kept) ? kept + 1 : 0, nowMs, 1);
    const incarnation = new ReporterIncarnation(disk, path, number);
    await incarnation.keep();
    return incarnation;
  }

  /** As reports carry it: sorts as text. */
  get text(): string {
    return String(this.#number).padStart(DIGITS, "0");
  }

  async goAbove(other: number, nowMs: number): Promise<void> {
    this.#number = Math.max(this.#number + 1, nowMs, other + 1);
    this.#isKept = false;
    await this.keep();
  }

  /** Writes the number down, unless it is or the disk does not take it. */
  async keep(): Promise<void> {
    if (this.#isKept) return;
    try {
      await writeSealed(this.#disk, this.#path, SEAL, String(this.#number));
      this.#isKept = true;
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
    }
  }
}
