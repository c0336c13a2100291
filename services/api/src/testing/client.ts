import type { Api } from "../create-api.ts";

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>> & { readonly code?: string };
  readonly text: string;
}

export interface Client {
  (
    method: "GET" | "PUT" | "PATCH" | "DELETE" | "POST",
    url: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
}

/** Asks the API without a socket, with a token. */
export function clientOf(api: Api, token?: string): Client {
  return async (method, url, body, headers = {}) => {
    const response = await api.app.inject({
      method,
      url,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    });
    const text = response.body;
    const isJson = String(response.headers["content-type"]).includes("json");
    return {
      status: response.statusCode,
      headers: response.headers,
      body: isJson && text !== "" ? JSON.parse(text) : {},
      text,
    };
  };
}
