import { request as requestHttp, type IncomingHttpHeaders, type IncomingMessage } from "node:http";

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** The connection is given up when nothing arrives for so long. */
  readonly silenceMaxMs: number;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Throws a ConnectionError when the connection breaks. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** The connection could not be made, or broke. */
export class ConnectionError extends Error {
  /** False when the server was never reached, so that nothing can have come of the request. */
  readonly reached: boolean;

  constructor(message: string, reached: boolean) {
    super(message);
    this.name = "ConnectionError";
    this.reached = reached;
  }
}

const NEVER_REACHED: readonly string[] = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH"];

/**
 * One request and the head of its answer. On node:http, because the built-in `fetch` takes 25 ms
 * longer for the first request of a process, and a command is one process.
 */
export async function exchange(request: HttpRequest): Promise<HttpResponse> {
  const { method, url, headers, body, signal, silenceMaxMs } = request;
  const start = url.protocol === "https:" ? (await import("node:https")).request : requestHttp;
  return await new Promise((resolve, reject) => {
    const outgoing = start(url, { method, headers, signal }, (response) => {
      const { statusCode = 0 } = response;
      resolve({ status: statusCode, headers: response.headers, body: bodyOf(response) });
    });
    outgoing.setTimeout(silenceMaxMs, () => {
      outgoing.destroy(new Error(`nothing arrived for ${Math.round(silenceMaxMs / 1_000)} s`));
    });
    outgoing.on("error", (error) => reject(connectionError(error)));
    outgoing.end(body);
  });
}

export async function textOf({ body }: HttpResponse): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

async function* bodyOf(response: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of response) yield chunk as Uint8Array;
  } catch (error) {
    throw connectionError(error);
  }
}

function connectionError(error: unknown): ConnectionError {
  if (!(error instanceof Error)) return new ConnectionError(String(error), true);
  const code = "code" in error ? String(error.code) : "";
  // Several addresses of one name fail together, without a message of their own.
  const codes =
    error instanceof AggregateError ? error.errors.map((each) => String(each.code)) : [code];
  const message = error.message === "" ? codes.join(", ") : error.message;
  return new ConnectionError(message, !codes.every((each) => NEVER_REACHED.includes(each)));
}
