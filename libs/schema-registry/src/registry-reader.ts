import { SCHEMA_CHARS_MAX } from "@titan/schema-codec";
import { REGISTRY_MEDIA_TYPE } from "./registry-answer.ts";
import type { RegistryAddress } from "./registry-address.ts";

/** What a longest schema takes as JSON within JSON; a longer answer is read no further. */
const ANSWER_BYTES_MAX = 4 * SCHEMA_CHARS_MAX;

const SCHEMA_NOT_FOUND = 40_403;

/** The registry gave no usable answer; asking again may help. */
export class NoAnswer extends Error {}

/**
 * Reads single things of a registry. The client library would do, but it compiles whatever it gets
 * (JSON schemas and protobuf, too), keeps it for ever and takes answers of any length, and which
 * ids are asked for is up to whoever writes records.
 */
export class RegistryReader {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeoutMs: number;

  constructor({ url, user, password }: RegistryAddress, timeoutMs: number) {
    this.#url = url;
    this.#timeoutMs = timeoutMs;
    const secret = Buffer.from(`${user ?? ""}:${password ?? ""}`).toString("base64");
    const authorization = user === undefined ? {} : { authorization: `Basic ${secret}` };
    this.#headers = { accept: `${REGISTRY_MEDIA_TYPE}, application/json`, ...authorization };
  }

  /**
   * The text of an Avro schema; undefined when the registry has none with that id, or one of
   * another kind, of several parts, or too long. Throws `NoAnswer`.
   */
  async schema(id: number, signal: AbortSignal): Promise<string | undefined> {
    const path = `/schemas/ids/${id}`;
    const { schema, schemaType, references, error_code: code } = await this.#get(path, signal);
    // A 404 that is not the registry's own, as of a proxy before it, says nothing about the id.
    if (code !== undefined && code !== SCHEMA_NOT_FOUND)
      throw new NoAnswer(`GET ${path} failed: ${JSON.stringify(code)}`);
    const plain = !Array.isArray(references) || references.length === 0;
    if ((schemaType ?? "AVRO") !== "AVRO" || !plain) return undefined;
    return typeof schema === "string" ? schema : undefined;
  }

  /** The level that a subject has of its own. Throws `NoAnswer`. */
  async level(subject: string, signal: AbortSignal): Promise<string | undefined> {
    const answer = await this.#get(`/config/${encodeURIComponent(subject)}`, signal);
    const level = answer["compatibilityLevel"];
    return typeof level === "string" ? level.toUpperCase() : undefined;
  }

  /** The answer, of 404 too; empty for one that is too long, a code alone for a page that says 404. */
  async #get(path: string, signal: AbortSignal): Promise<Answer> {
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    try {
      const response = await fetch(`${this.#url}${path}`, {
        headers: this.#headers,
        signal: AbortSignal.any([signal, timeout]),
      });
      if (!response.ok && response.status !== 404) {
        await response.body?.cancel();
        throw new NoAnswer(`the registry answered ${response.status} to GET ${path}`);
      }
      const text = await limitedText(response);
      if (response.status === 404 && !isJson(response)) return { error_code: 404 };
      const answer: unknown = text === undefined ? {} : JSON.parse(text);
      if (typeof answer === "object" && answer !== null) return answer as Answer;
      throw new NoAnswer(`the registry answered GET ${path} with something else`);
    } catch (error) {
      if (error instanceof NoAnswer) throw error;
      const { cause } = error as { readonly cause?: unknown };
      const reason = cause instanceof Error ? cause.message : String(error);
      throw new NoAnswer(`GET ${path} failed: ${reason}`, { cause: error });
    }
  }
}

type Answer = Readonly<Record<string, unknown>>;

function isJson({ headers }: Response): boolean {
  return headers.get("content-type")?.includes("json") ?? false;
}

async function limitedText(response: Response): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > ANSWER_BYTES_MAX) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}
