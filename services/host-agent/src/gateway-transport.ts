import { fromJson } from "@titan/schema-codec";
import type { Clock } from "@titan/processor-runtime";
import {
  backoffMs,
  EventStreamParser,
  retryAfterMs,
  type ServerSentEvent,
} from "@titan/event-stream";
import type {
  ReportAnswer,
  StreamHandler,
  Transport,
  TransportProblem,
  Watch,
} from "./transport.ts";

export interface GatewayOptions {
  /** Base address, such as `http://127.0.0.1:7070`. */
  readonly server: string;
  readonly token: string;
  /** `workspace/name` of the host. */
  readonly host: string;
  readonly clock: Clock;
  readonly random: () => number;
  /** Streams are to begin at this revision or later: what an earlier command was acknowledged. */
  readonly minRevision?: number;
}

const RETRY = { firstMs: 250, capMs: 60_000 };
/** The server says something at least every 15 s; a connection that is silent for longer is dead. */
const SILENCE_MAX_MS = 60_000;
const REPORT_TIMEOUT_MS = 15_000;
/** What is read of an answer that says why not. */
const PROBLEM_BYTES_MAX = 64 * 1024;
const DETAIL_CHARS_MAX = 1_000;
const CODE = /^[a-z][a-z-]{0,63}$/;

/** Why a connection ended, and how long the server asks to stay away when it does. */
interface Broken {
  readonly problem: TransportProblem;
  readonly stayAwayMs?: number | undefined;
}

/** Streams as server-sent events from the API (docs/contract.md), each on a connection of its own. */
export class GatewayTransport implements Transport {
  readonly #options: GatewayOptions;

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  watch(stream: string, handler: StreamHandler): Watch {
    const closing = new AbortController();
    const done = this.#follow(stream, handler, closing.signal);
    return {
      close: async () => {
        closing.abort();
        await done;
      },
    };
  }

  async report(report: unknown): Promise<ReportAnswer> {
    const [workspace, host] = this.#options.host.split("/");
    let response: Response;
    try {
      response = await fetch(`${this.#base}/workspaces/${workspace}/hosts/${host}/status`, {
        method: "PUT",
        headers: { ...this.#headers, "content-type": "application/json" },
        body: JSON.stringify(report),
        signal: AbortSignal.timeout(REPORT_TIMEOUT_MS),
      });
    } catch (error) {
      return { kind: "failed", problem: unreachable(error) };
    }
    if (response.ok) {
      await response.body?.cancel();
      return { kind: "taken" };
    }
    const problem = await problemOf(response);
    const incarnation = response.headers.get("titan-incarnation");
    if (problem.code === "stale-report" && incarnation !== null) {
      return { kind: "stale", incarnation };
    }
    return { kind: "failed", problem };
  }

  get #base(): string {
    return `${this.#options.server.replace(/\/+$/, "")}/v1`;
  }

  get #headers(): Readonly<Record<string, string>> {
    return { authorization: `Bearer ${this.#options.token}` };
  }

  async #follow(stream: string, handler: StreamHandler, signal: AbortSignal): Promise<void> {
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      const { problem, stayAwayMs } = await this.#read(stream, handler, signal, () => {
        attempt = 1;
      });
      if (signal.aborted) return;
      handler.broken(problem);
      const { clock, random } = this.#options;
      await clock.sleep(stayAwayMs ?? backoffMs(attempt, { ...RETRY, random }), signal);
    }
  }

  /** One connection, until it ends; answers why it did. */
  async #read(
    stream: string,
    handler: StreamHandler,
    signal: AbortSignal,
    onProgress: () => void,
  ): Promise<Broken> {
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(), SILENCE_MAX_MS);
    try {
      const response = await fetch(this.#address(stream), {
        headers: { ...this.#headers, accept: "text/event-stream" },
        signal: AbortSignal.any([signal, silence.signal]),
      });
      if (!response.ok || response.body === null) {
        const stayAwayMs = retryAfterMs(response.headers.get("retry-after"), this.#options);
        return { problem: await problemOf(response), stayAwayMs };
      }
      const parser = new EventStreamParser();
      for await (const chunk of response.body) {
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), SILENCE_MAX_MS);
        for (const event of parser.push(chunk)) {
          deliver(stream, event, handler);
          if (event.type === "mark") onProgress();
        }
      }
      return { problem: { code: "unreachable", detail: "the server closed the stream" } };
    } catch (error) {
      return { problem: unreachable(error) };
    } finally {
      clearTimeout(timer);
    }
  }

  #address(stream: string): string {
    const [, kind, workspace, name] = stream.split(".");
    const { minRevision } = this.#options;
    const query = minRevision === undefined ? "" : `?minRevision=${minRevision}`;
    return `${this.#base}/workspaces/${workspace}/${kind}s/${name}/stream${query}`;
  }
}

function deliver(stream: string, event: ServerSentEvent, handler: StreamHandler): void {
  if (event.type !== "begin" && event.type !== "record" && event.type !== "mark") return;
  const data = JSON.parse(event.data) as Readonly<Record<string, unknown>>;
  switch (event.type) {
    case "begin":
      handler.begin(String(data["installation"]));
      return;
    case "mark": {
      const { revision, sum } = fromJson("mark", { count: 0, ...data });
      handler.mark({ revision, sum });
      return;
    }
    case "record": {
      const name = stream.startsWith("titan.host.") ? "host-deployment" : "rendered-deployment";
      const { revision, current, hash } = fromJson(name, {
        op: data["current"] === null ? "DELETE" : "UPDATE",
        previous: null,
        index: 0,
        ...data,
      });
      handler.record({ key: String(data["key"]), revision, current, hash });
      return;
    }
  }
}

function unreachable(error: unknown): TransportProblem {
  if (!(error instanceof Error)) return { code: "unreachable", detail: String(error) };
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : "";
  const misbehaved = error.name === "CodecError" || error instanceof SyntaxError;
  return { code: misbehaved ? "misbehaved" : "unreachable", detail: `${error.message}${cause}` };
}

async function problemOf(response: Response): Promise<TransportProblem> {
  const text = await beginningOf(response).catch(() => "");
  const fallback = { code: "unreachable", detail: `the server answered ${response.status}` };
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== "object" || body === null) return fallback;
    const { code, detail } = body as Readonly<Record<string, unknown>>;
    return {
      code: typeof code === "string" && CODE.test(code) ? code : fallback.code,
      detail: typeof detail === "string" ? detail.slice(0, DETAIL_CHARS_MAX) : fallback.detail,
    };
  } catch {
    return fallback;
  }
}

/** A server that lies may send a body without end. */
async function beginningOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let left = PROBLEM_BYTES_MAX;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk.subarray(0, left));
    left -= chunk.length;
    if (left <= 0) break;
  }
  return Buffer.concat(chunks).toString("utf8");
}
