import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

/** A request as it came, and what the real server answers to it. */
export interface Exchange {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Asks the real server this, or what is given instead; as often as one likes. */
  readonly forward: (
    instead?: Partial<Pick<Exchange, "path" | "headers" | "body">>,
  ) => Promise<Answered>;
}

export interface Answered {
  readonly status: number;
  readonly revision: string;
  readonly body: string;
}

/** What a broken server does. */
export interface Lie {
  /** Undefined: as it should be. */
  readonly answer?: (exchange: Exchange) => Promise<Answered | undefined>;
  /** The events to send instead of one that came. */
  readonly event?: (block: string) => readonly string[];
}

const HOST = "127.0.0.1";

/** Stands where a server should be, and is as broken as it is told to be. */
export class LyingProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #target: string;
  readonly #lie: Lie;

  private constructor(target: string, lie: Lie) {
    this.#target = target;
    this.#lie = lie;
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
  }

  static async start(target: string, lie: Lie): Promise<LyingProxy> {
    const proxy = new LyingProxy(target, lie);
    proxy.#server.listen(0, HOST);
    await once(proxy.#server, "listening");
    return proxy;
  }

  get url(): string {
    return `http://${HOST}:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = "GET", url: path = "/" } = request;
    const headers = passedOn(request);
    const body = Buffer.concat(chunks).toString();
    if (path.includes("watch=true")) return this.#watch(path, headers, response);
    const forward: Exchange["forward"] = async (instead = {}) => {
      const asked = { path, headers, body, ...instead };
      const answer = await fetch(`${this.#target}${asked.path}`, {
        method,
        headers: asked.headers,
        ...(asked.body === "" ? {} : { body: asked.body }),
      });
      const revision = answer.headers.get("titan-revision") ?? "";
      return { status: answer.status, revision, body: await answer.text() };
    };
    const exchange: Exchange = { method, path, headers, body, forward };
    const answered = (await this.#lie.answer?.(exchange)) ?? (await forward());
    response.writeHead(answered.status, {
      "content-type": "application/json",
      "titan-revision": answered.revision,
    });
    response.end(answered.body);
  }

  async #watch(
    path: string,
    headers: Readonly<Record<string, string>>,
    response: ServerResponse,
  ): Promise<void> {
    const abort = new AbortController();
    response.on("close", () => abort.abort());
    const { signal } = abort;
    const answer = await fetch(`${this.#target}${path}`, { headers, signal });
    response.writeHead(answer.status, {
      "content-type": answer.headers.get("content-type") ?? "",
    });
    let text = "";
    for await (const part of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const blocks = (text + part).split("\n\n");
      text = blocks.pop() ?? "";
      const sent = blocks.flatMap((block) => this.#lie.event?.(block) ?? [block]);
      for (const block of sent) response.write(`${block}\n\n`);
    }
    response.end(text);
  }
}

function passedOn(request: IncomingMessage): Readonly<Record<string, string>> {
  const names = ["authorization", "content-type", "idempotency-key", "titan-seen", "last-event-id"];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = request.headers[name];
      return typeof value === "string" ? [[name, value]] : [];
    }),
  );
}
