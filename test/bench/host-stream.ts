import { request, type ClientRequest } from "node:http";

/** One host's server-sent stream: when the records of each revision arrived. */
export class HostStream {
  readonly #request: ClientRequest;
  readonly #arrivedAt = new Map<number, number>();
  /** The first mark came. */
  readonly begun: Promise<void>;
  #rest = "";
  #event = "";

  constructor(server: string, token: string, host: string) {
    const begun = Promise.withResolvers<void>();
    this.begun = begun.promise;
    const address = new URL(`/v1/workspaces/default/hosts/${host}/stream`, server);
    this.#request = request(
      address,
      { headers: { authorization: `Bearer ${token}` } },
      (response) => {
        response.setEncoding("utf8").on("data", (chunk: string) => {
          const at = performance.now();
          const lines = (this.#rest + chunk).split("\n");
          this.#rest = lines.pop() ?? "";
          for (const line of lines) this.#take(line, at, begun.resolve);
        });
        response.on("error", () => {});
      },
    );
    this.#request.on("error", begun.reject);
    this.#request.end();
  }

  /** When the first record of `revision` was there, by performance.now(); undefined until then. */
  recordAt(revision: number): number | undefined {
    return this.#arrivedAt.get(revision);
  }

  /** When the first record of `revision` or a later one was there: several changes may be one step. */
  recordFrom(revision: number): number | undefined {
    for (const [label, arrivedAt] of this.#arrivedAt) if (label >= revision) return arrivedAt;
    return undefined;
  }

  close(): void {
    this.#request.on("error", () => {});
    this.#request.destroy();
  }

  #take(line: string, at: number, onMark: () => void): void {
    if (line.startsWith("event: ")) this.#event = line.slice("event: ".length);
    if (!line.startsWith("data: ")) return;
    if (this.#event === "mark") onMark();
    if (this.#event !== "record") return;
    const { revision } = JSON.parse(line.slice("data: ".length)) as { readonly revision: number };
    if (this.#arrivedAt.has(revision)) return;
    this.#arrivedAt.set(revision, at);
  }
}
