import { LEARNED_ID_MAX, LEARNED_ID_MIN, learnWriterSchema } from "@titan/schema-codec";
import type { RegistryAddress } from "./registry-address.ts";
import { NoAnswer, RegistryReader } from "./registry-reader.ts";
import { pause, REGISTRY_TIMING, retryMs, type RegistryTiming } from "./registry-timing.ts";
import { registerSchemas, type RegisteredIds } from "./register-schemas.ts";

/** Where it is said that the registry is waited for. A pino logger is one. */
export interface RegistryLogger {
  warn(fields: object, message: string): void;
}

export interface SchemaRegistryOptions extends RegistryAddress {
  readonly logger?: RegistryLogger;
  readonly timing?: Partial<RegistryTiming>;
}

/** Ids that are remembered of others' schemas; the one that was found first is forgotten first. */
const REMEMBERED_MAX = 10_000;
const ID_MAX = 2 ** 31 - 1;
/** Set in the local form of an id that means one thing here and another thing there. */
const SHADOW_BIT = 2 ** 31;

/**
 * Which id an external registry has for which of ours, both ways. Local ids are those that
 * `@titan/schema-codec` reads.
 */
export class SchemaRegistry {
  readonly #reader: RegistryReader;
  readonly #timing: RegistryTiming;
  readonly #logger: RegistryLogger | undefined;
  readonly #registryIds = new Map<number, number>();
  readonly #localIds = new Map<number, number>();
  readonly #ours: ReadonlySet<number>;
  readonly #foreign = new Map<number, number>();
  /** Until when an id is not asked for again, in milliseconds of `performance.now`. */
  readonly #missing = new Map<number, number>();
  readonly #asking = new Map<number, Promise<number | undefined>>();
  readonly #closing = new AbortController();

  constructor(
    registered: readonly RegisteredIds[],
    reader: RegistryReader,
    timing: RegistryTiming,
    logger?: RegistryLogger,
  ) {
    this.#reader = reader;
    this.#timing = timing;
    this.#logger = logger;
    this.#ours = new Set(registered.map(({ local }) => local));
    for (const { local, id, ids } of registered) {
      this.#registryIds.set(local, id);
      for (const each of ids) this.#localIds.set(each, local);
    }
  }

  /** The registry's id for each of ours. */
  get ids(): ReadonlyMap<number, number> {
    return new Map([...this.#registryIds].filter(([local]) => this.#ours.has(local)));
  }

  /** What to write in place of a local id; the same for an id that nobody knows. */
  registryId(local: number): number {
    if (local >= SHADOW_BIT && this.#isReadable(local - SHADOW_BIT)) return local - SHADOW_BIT;
    return this.#registryIds.get(local) ?? local;
  }

  /** What to decode in place of the registry's id; undefined when it must be looked up first. */
  localId(id: number): number | undefined {
    const local = this.#localIds.get(id) ?? this.#foreign.get(id);
    if (local !== undefined) return local;
    const isKnownMissing = (this.#missing.get(id) ?? -Infinity) > performance.now();
    return id === 0 || id > ID_MAX || isKnownMissing ? this.#unreadable(id) : undefined;
  }

  /**
   * As `localId`, after asking the registry, which is asked until it answers. Undefined when this
   * was closed before.
   */
  async lookUp(id: number): Promise<number | undefined> {
    const known = this.localId(id);
    if (known !== undefined) return known;
    const asked = this.#asking.get(id) ?? this.#ask(id).finally(() => this.#asking.delete(id));
    this.#asking.set(id, asked);
    return await asked;
  }

  /** Ends all questions. */
  close(): void {
    this.#closing.abort();
  }

  async #ask(id: number): Promise<number | undefined> {
    const { signal } = this.#closing;
    for (let tries = 1; !signal.aborted; tries += 1) {
      try {
        return this.#found(id, await this.#reader.schema(id, signal));
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        if (signal.aborted) return undefined;
        this.#logger?.warn({ err: error, id, tries }, "records wait for the schema registry");
      }
      await pause(retryMs(this.#timing, tries), signal);
    }
    return undefined;
  }

  #found(id: number, text: string | undefined): number {
    const local = text === undefined ? undefined : learnWriterSchema(text);
    if (local === undefined) {
      remember(this.#missing, id, performance.now() + this.#timing.missingMs);
      return this.#unreadable(id);
    }
    remember(this.#foreign, id, local);
    if (!this.#registryIds.has(local)) this.#registryIds.set(local, id);
    return local;
  }

  /** The id itself, unless the codec would take it for another schema. */
  #unreadable(id: number): number {
    return this.#isReadable(id) ? id + SHADOW_BIT : id;
  }

  #isReadable(id: number): boolean {
    return this.#ours.has(id) || (id >= LEARNED_ID_MIN && id <= LEARNED_ID_MAX);
  }
}

/**
 * Registers our schemas and answers with what the registry calls them. Throws
 * `SchemaRegistryError`, after `startTimeoutMs` when it can not be reached.
 */
export async function openSchemaRegistry(options: SchemaRegistryOptions): Promise<SchemaRegistry> {
  const timing = { ...REGISTRY_TIMING, ...options.timing };
  const reader = new RegistryReader(options, timing.requestTimeoutMs);
  const registered = await registerSchemas({ address: options, reader, timing });
  return new SchemaRegistry(registered, reader, timing, options.logger);
}

function remember(memory: Map<number, number>, id: number, value: number): void {
  memory.delete(id);
  memory.set(id, value);
  if (memory.size <= REMEMBERED_MAX) return;
  const [oldest] = memory.keys();
  if (oldest !== undefined) memory.delete(oldest);
}
