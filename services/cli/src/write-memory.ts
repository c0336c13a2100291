import type { AcknowledgedWrite, ContextFile } from "./context-file.ts";

/** Remembers the newest acknowledged write to one server, across commands. */
export class WriteMemory {
  readonly #file: ContextFile;
  readonly #server: string;
  readonly #onProblem: (problem: string) => void;
  #write: AcknowledgedWrite | undefined;

  constructor(file: ContextFile, server: string, onProblem: (problem: string) => void) {
    this.#file = file;
    this.#server = server;
    this.#onProblem = onProblem;
    this.#write = file.acknowledged(server);
  }

  revision(): number | undefined {
    return this.#write?.revision;
  }

  isOf(installation: string): boolean {
    return this.#write?.installation === installation;
  }

  /** A file that can not be written costs the next commands their promise, not this one its success. */
  acknowledge(write: AcknowledgedWrite): void {
    if (this.isOf(write.installation) && (this.revision() ?? 0) >= write.revision) return;
    this.#write = write;
    this.#try(() => this.#file.acknowledge(this.#server, write));
  }

  forget(): void {
    this.#write = undefined;
    this.#try(() => this.#file.forget(this.#server));
  }

  #try(change: () => void): void {
    try {
      change();
    } catch (error) {
      this.#onProblem(error instanceof Error ? error.message : String(error));
    }
  }
}
