import { Agent, request, type IncomingMessage } from "node:http";

const WORKSPACE = "/v1/workspaces/default";

/** One request, over one connection that stays open: what it answered and how long that took. */
export interface Timed {
  readonly body: unknown;
  readonly ms: number;
}

/** Reads from one server, one request after the other. */
export class ApiReads {
  readonly #server: URL;
  readonly #token: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(server: string, token: string) {
    this.#server = new URL(server);
    this.#token = token;
  }

  async get(path: string): Promise<Timed> {
    return await this.#timed("GET", path);
  }

  /** What would follow from an object, were it written. */
  async dryRun(plural: string, name: string, object: object): Promise<Timed> {
    return await this.#timed("PUT", `${WORKSPACE}/${plural}/${name}?dryRun=true`, object);
  }

  /** Milliseconds until the first event of a watch; with a selector none may come but a bookmark. */
  async firstEvent(query: string): Promise<number> {
    const startedAt = performance.now();
    const response = await this.#send("GET", `${WORKSPACE}/hosts?watch=true&${query}`, undefined);
    if (response.statusCode !== 200) throw new Error(`a watch answered ${response.statusCode}`);
    return await new Promise((resolve, reject) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
        if (!text.includes("\ndata: ")) return;
        resolve(performance.now() - startedAt);
        response.destroy();
      });
      response.on("error", reject);
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  async #timed(method: string, path: string, object?: object): Promise<Timed> {
    const startedAt = performance.now();
    const response = await this.#send(method, path, object);
    let text = "";
    for await (const chunk of response.setEncoding("utf8")) text += String(chunk);
    const ms = performance.now() - startedAt;
    if (response.statusCode !== 200) {
      throw new Error(`${method} ${path}: ${response.statusCode} ${text.slice(0, 500)}`);
    }
    return { body: JSON.parse(text), ms };
  }

  #send(method: string, path: string, object: object | undefined): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${this.#token}`,
        ...(object === undefined ? {} : { "content-type": "application/json" }),
      };
      const url = new URL(path, this.#server);
      const outgoing = request(url, { method, agent: this.#agent, headers }, resolve);
      outgoing.on("error", reject);
      outgoing.end(object === undefined ? undefined : JSON.stringify(object));
    });
  }
}
