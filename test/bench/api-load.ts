import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const CONNECTIONS_MAX = 64;
const POLL_MS = 5;
const CATCH_UP_MAX_MS = 300_000;

interface Answer {
  readonly status: number;
  readonly text: string;
}

export interface Written {
  readonly changeId: string;
  readonly revision: number;
}

interface Installation {
  readonly revision: number;
  readonly derivedRevision: number;
  readonly tasks: readonly {
    readonly name: string;
    readonly status: { readonly kind: string; readonly revision?: number };
  }[];
}

/** Puts load on one server over connections that stay open. */
export class ApiLoad {
  readonly #server: URL;
  readonly #token: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX });

  constructor(server: string, token: string) {
    this.#server = new URL(server);
    this.#token = token;
  }

  async apply(objects: readonly object[]): Promise<Written> {
    const operations = objects.map((object) => ({ action: "apply", object }));
    return this.#post("/v1/changes", { operations });
  }

  /** Resolves when every task and the read model hold `revision`, or all there is. */
  async caughtUp(revision?: number): Promise<void> {
    const deadline = Date.now() + CATCH_UP_MAX_MS;
    for (;;) {
      const answer = await this.#call("GET", "/v1/installation");
      const installation = JSON.parse(answer.text) as Installation;
      const wanted = revision ?? installation.revision;
      const behind = installation.tasks.filter(
        ({ name, status }) => name !== "change-feed" && (status.revision ?? 0) < wanted,
      );
      if (installation.derivedRevision >= wanted && behind.length === 0) return;
      if (Date.now() > deadline) {
        throw new Error(`not caught up: ${behind.map(({ name }) => name).join(", ")}`);
      }
      await sleep(POLL_MS);
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  async #post(path: string, body: unknown): Promise<Written> {
    const { status, text } = await this.#call("POST", path, JSON.stringify(body));
    if (status !== 200) throw new Error(`${status} ${text.slice(0, 500)}`);
    return JSON.parse(text) as Written;
  }

  async #call(method: string, path: string, body?: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        new URL(path, this.#server),
        {
          method,
          agent: this.#agent,
          headers: {
            authorization: `Bearer ${this.#token}`,
            ...(body === undefined ? {} : { "content-type": "application/json" }),
          },
        },
        (response) => {
          let text = "";
          response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
          response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
          response.on("error", reject);
        },
      );
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  }
}

/** Runs `work` for 0 to `count` - 1, so many at once. */
export async function atOnce(
  count: number,
  lanes: number,
  work: (at: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
