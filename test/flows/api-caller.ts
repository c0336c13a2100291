/** So long an answer may take before the request is made again. */
const ANSWER_MAX_MS = 30_000;

export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Calls the HTTP API directly, as a service that publishes changes would. */
export class ApiCaller {
  readonly #server: string;
  readonly #token: string;

  constructor(server: string, token: string) {
    this.#server = server;
    this.#token = token;
  }

  async get(path: string): Promise<ApiAnswer> {
    return this.#call("GET", path, {});
  }

  async post(
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ApiAnswer> {
    return this.#call("POST", path, headers, body);
  }

  async #call(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: unknown,
  ): Promise<ApiAnswer> {
    const response = await fetch(`${this.#server}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_MAX_MS),
    });
    return { status: response.status, body: await response.json() };
  }
}
