import { ApiProblem } from "./api-problem.ts";
import { CommandError } from "./command-error.ts";
import type { CommandClock } from "./command-clock.ts";
import { backoffMs, EventStreamParser, type ServerSentEvent } from "@titan/event-stream";
import { ConnectionError, exchange, textOf, type HttpResponse } from "./http-exchange.ts";
import { linesOf } from "./json-lines.ts";
import type { ObjectList, TitanObject, WriteAnswer } from "./titan-object.ts";
import type { WriteMemory } from "./write-memory.ts";

export interface ApiClientOptions {
  readonly server: string;
  readonly token: string | undefined;
  readonly clock: CommandClock;
  readonly random: () => number;
  /** A fresh Idempotency-Key. */
  readonly newKey: () => string;
  readonly signal: AbortSignal;
  readonly memory: WriteMemory;
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface ReadOptions {
  /** False for routes that do not take `minRevision`. */
  readonly consistent?: boolean;
  readonly signal?: AbortSignal;
}

export interface WriteOptions {
  readonly query?: Query;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the server says of its installation. */
export interface Installation {
  readonly id: string;
  readonly revision: number;
  readonly derivedRevision?: number;
  readonly git?: string;
  readonly tasks?: readonly {
    readonly name: string;
    readonly version: number;
    readonly status?: { readonly kind: string; readonly revision?: number };
  }[];
}

const ATTEMPTS_MAX = 6;
const PAGES_MAX = 10_000;
const RETRY = { firstMs: 100, capMs: 2_000 };
/** Longer than the server waits for a verdict or for what lags. */
const ANSWER_TIMEOUT_MS = 60_000;
/** The server says something at least every 15 s; a stream that is silent for longer is dead. */
const STREAM_SILENCE_MAX_MS = 60_000;
/** Nothing was done, or the same key gets the same verdict: the same request again is safe. */
const TRY_AGAIN: readonly string[] = [
  "starting",
  "overloaded",
  "log-unavailable",
  "verdict-timeout",
];

/**
 * Speaks the HTTP of docs/contract.md. Throws ApiProblem for what the server refuses, CommandError
 * when there is no server. Every read answers at the newest acknowledged write or later; a write
 * whose answer got lost is sent again with the same key, so that nothing is done twice.
 */
export class ApiClient {
  readonly #options: ApiClientOptions;

  constructor(options: ApiClientOptions) {
    this.#options = options;
  }

  get server(): string {
    return this.#options.server;
  }

  async get<Answer>(path: string, query: Query = {}, options: ReadOptions = {}): Promise<Answer> {
    const signal = options.signal ?? this.#options.signal;
    const read = (asked: Query): Promise<Answer> => this.#getOnce<Answer>(path, asked, signal);
    return options.consistent === false ? await read(query) : await this.#consistent(query, read);
  }

  /** Reads at the newest acknowledged write or later. */
  async #consistent<Answer>(
    query: Query,
    read: (asked: Query) => Promise<Answer>,
  ): Promise<Answer> {
    const { memory } = this.#options;
    const minRevision = memory.revision();
    try {
      return await read({ ...query, minRevision });
    } catch (error) {
      if (minRevision === undefined || !isCode(error, "lagging")) throw error;
      // Another installation at the same address never gets there: what was remembered is of no use.
      if (memory.isOf((await this.installation()).id)) throw error;
      memory.forget();
      return await read(query);
    }
  }

  async installation(): Promise<Installation> {
    return await this.get<Installation>("/v1/installation", {}, { consistent: false });
  }

  /** A whole list, all of its pages at the revision of the first. */
  async list(path: string, query: Query = {}): Promise<ObjectList> {
    const items: TitanObject[] = [];
    let revision = 0;
    let cursor: string | undefined;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const answer: ObjectList = await this.get(path, { ...query, cursor });
      items.push(...answer.items);
      if (page === 0) revision = answer.revision;
      cursor = answer.cursor;
      if (cursor === undefined) return { items, revision };
    }
    throw new CommandError(`the list has more than ${PAGES_MAX} pages`, "narrow it with -l");
  }

  /** A write; remembers the revision at which it was committed. */
  async write(
    method: string,
    path: string,
    body: object | undefined,
    { query = {}, headers = {} }: WriteOptions = {},
  ): Promise<WriteAnswer> {
    const { newKey, memory } = this.#options;
    const installation = await this.installation();
    const own = memory.isOf(installation.id) ? (memory.revision() ?? 0) : 0;
    const sent = {
      ...headers,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      "idempotency-key": newKey(),
      "titan-seen": String(Math.max(own, installation.revision)),
    };
    const text = body === undefined ? undefined : JSON.stringify(body);
    const response = await this.#persist(method, path, query, sent, text);
    const answer = await answerOf<WriteAnswer | undefined>(response);
    const revision = answer?.revision;
    if (revision !== undefined) memory.acknowledge({ installation: installation.id, revision });
    return answer ?? { changeId: "", outcomes: [] };
  }

  /** One connection to a server-sent stream, until it ends. */
  async *events(
    path: string,
    query: Query = {},
    lastEventId?: string,
  ): AsyncGenerator<ServerSentEvent> {
    const headers = {
      accept: "text/event-stream",
      ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
    };
    const response = await this.#open(path, query, headers);
    const parser = new EventStreamParser();
    for await (const chunk of response.body) yield* parser.push(chunk);
  }

  /** The lines of an answer in JSON lines, as they were sent. */
  async *lines(path: string, query: Query = {}): AsyncGenerator<string> {
    const response = await this.#consistent(query, (asked) =>
      this.#open(path, asked, { accept: "application/x-ndjson" }),
    );
    for await (const line of linesOf(response.body)) if (line !== "") yield line;
  }

  async #open(
    path: string,
    query: Query,
    headers: Readonly<Record<string, string>>,
  ): Promise<HttpResponse> {
    const { signal } = this.#options;
    const response = await this.#persist("GET", path, query, headers, undefined, {
      signal,
      silenceMaxMs: STREAM_SILENCE_MAX_MS,
    });
    if (response.status >= 400) await answerOf(response);
    return response;
  }

  async #getOnce<Answer>(path: string, query: Query, signal: AbortSignal): Promise<Answer> {
    const waits = { signal, silenceMaxMs: ANSWER_TIMEOUT_MS };
    return await answerOf<Answer>(await this.#persist("GET", path, query, {}, undefined, waits));
  }

  /** The same request until it is answered, so often at most. */
  async #persist(
    method: string,
    path: string,
    query: Query,
    headers: Readonly<Record<string, string>>,
    body: string | undefined,
    waits = { signal: this.#options.signal, silenceMaxMs: ANSWER_TIMEOUT_MS },
  ): Promise<HttpResponse> {
    const { clock, random, server } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const response = await this.#send(method, path, query, headers, body, waits);
        if (attempt === ATTEMPTS_MAX || !(await mayTryAgain(response))) return response;
      } catch (error) {
        waits.signal.throwIfAborted();
        if (!(error instanceof ConnectionError)) throw error;
        if (attempt === 1 && !error.reached) throw noServer(server, error);
        if (attempt === ATTEMPTS_MAX) throw lostServer(server, error, method);
      }
      await clock.sleep(backoffMs(attempt, { ...RETRY, random }), waits.signal);
    }
  }

  async #send(
    method: string,
    path: string,
    query: Query,
    headers: Readonly<Record<string, string>>,
    body: string | undefined,
    waits: { readonly signal: AbortSignal; readonly silenceMaxMs: number },
  ): Promise<BufferedResponse> {
    const { server, token } = this.#options;
    const url = new URL(`${server}${path}`);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const response = await exchange({
      method,
      url,
      headers: {
        accept: "application/json",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
      ...waits,
    });
    const isStream = response.status < 400 && headers["accept"] !== undefined;
    if (isStream) return response;
    // Read here, so that a connection that breaks within the answer is tried again as well.
    const text = await textOf(response);
    return { ...response, text, body: once(text) };
  }
}

interface BufferedResponse extends HttpResponse {
  readonly text?: string;
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text, "utf8");
}

async function mayTryAgain({ status, text = "" }: BufferedResponse): Promise<boolean> {
  if (status !== 502 && status !== 503 && status !== 504) return false;
  const { code } = problemOf(status, text);
  return status === 502 || TRY_AGAIN.includes(code);
}

/** Throws the problem that a response holds, if it does. */
async function answerOf<Answer>(response: HttpResponse): Promise<Answer> {
  const text = await textOf(response);
  if (response.status >= 400) throw problemOf(response.status, text);
  if (text === "") return undefined as Answer;
  try {
    return JSON.parse(text) as Answer;
  } catch {
    throw new CommandError("the server did not answer with JSON", "is this a Titan server?");
  }
}

function problemOf(status: number, text: string): ApiProblem {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === "object" && body !== null) return new ApiProblem(status, { ...body });
  } catch {
    // An answer of something that stands between.
  }
  return new ApiProblem(status, { detail: `the server answered ${status}` });
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof ApiProblem && error.code === code;
}

function noServer(server: string, error: ConnectionError): CommandError {
  return new CommandError(
    `no server at ${server} (${error.message})`,
    "start one with `titan up`, or name another with --server",
  );
}

function lostServer(server: string, error: ConnectionError, method: string): CommandError {
  const message = `the connection to ${server} was lost ${ATTEMPTS_MAX} times: ${error.message}`;
  if (method === "GET") return new CommandError(message);
  return new CommandError(
    message,
    "whether the change was made is not known: look before you repeat it",
  );
}
