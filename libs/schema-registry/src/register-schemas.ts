import {
  COMPATIBILITY,
  SchemaRegistry as ConfluentClient,
  SchemaType,
} from "@kafkajs/confluent-schema-registry";
import type { RegistryAddress } from "./registry-address.ts";
import { NoAnswer, type RegistryReader } from "./registry-reader.ts";
import { pause, retryMs, type RegistryTiming } from "./registry-timing.ts";
import { SchemaRegistryError } from "./schema-registry-error.ts";
import { registeredSubjectsOf, releasedSchemas, type ReleasedSchema } from "./subjects.ts";

export interface RegisterOptions {
  readonly address: RegistryAddress;
  readonly reader: RegistryReader;
  readonly timing: RegistryTiming;
}

/** What a schema of ours is called by the registry. */
export interface RegisteredIds {
  readonly local: number;
  /** The one to write. */
  readonly id: number;
  /** All, since a registry may give one per subject. */
  readonly ids: readonly number[];
}

/**
 * Registers each schema under each of its subjects, versions in their order, unless it is there.
 * Compatibility is the registry's own matter: no level is changed. Any number of processes may do
 * this at once. Throws `SchemaRegistryError`.
 */
export async function registerSchemas(options: RegisterOptions): Promise<readonly RegisteredIds[]> {
  const { address, timing } = options;
  const { user: username = "", password = "" } = address;
  const client = new ConfluentClient({
    host: address.url,
    clientId: "titan",
    ...(address.user === undefined ? {} : { auth: { username, password } }),
    middlewares: [timeLimit(timing.requestTimeoutMs)],
  });
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, AbortSignal.timeout(timing.startTimeoutMs)]);
  const registered: RegisteredIds[] = [];
  const byRecord = Map.groupBy(releasedSchemas(), ({ record }) => record);
  const all = [...byRecord.values()].map(async (versions) => {
    for (const schema of versions) {
      const ids: number[] = [];
      for (const subject of registeredSubjectsOf(schema)) {
        ids.push(await persistently(() => idUnder(subject, schema), timing, signal));
      }
      registered.push({ local: schema.id, id: ids[0] ?? 0, ids });
    }
  });
  try {
    await Promise.all(all);
  } catch (error) {
    // The first says why; the others need not go on trying.
    failed.abort();
    throw error;
  }
  return registered.sort((one, other) => one.local - other.local);

  /** The id of a schema under a subject, after registering it if it was not there. */
  async function idUnder(subject: string, { text }: ReleasedSchema): Promise<number> {
    const schema = { type: SchemaType.AVRO, schema: text } as const;
    try {
      return await client.getRegistryIdBySchema(subject, schema);
    } catch (error) {
      // The client's word for 404, whose class it does not export.
      if (!(error instanceof Error && error.name === "ConfluentSchemaRegistryError")) throw error;
    }
    // The client insists on naming the level that it will find.
    const level = await options.reader.level(subject, signal);
    const compatibility =
      Object.values(COMPATIBILITY).find((each) => each === level) ?? COMPATIBILITY.BACKWARD;
    const { id } = await client.register(schema, { subject, compatibility, updateConfig: false });
    return id;
  }
}

async function persistently(
  run: () => Promise<number>,
  timing: RegistryTiming,
  signal: AbortSignal,
): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await run();
    } catch (error) {
      const final = finalError(error);
      if (final !== undefined) throw final;
      await pause(retryMs(timing, tries), signal);
      if (signal.aborted) {
        const message = `the schema registry gave no answer: ${String(error)}`;
        throw new SchemaRegistryError("registry-unreachable", message, error);
      }
    }
  }
}

/** Undefined for what may pass. The client reports a broken connection as status 400. */
function finalError(error: unknown): SchemaRegistryError | undefined {
  if (error instanceof NoAnswer) return undefined;
  const status = (error as { readonly status?: unknown }).status;
  const message = error instanceof Error ? error.message : String(error);
  if (typeof status !== "number") {
    // Another process has just set a level for the subject: the next try finds it.
    if (error instanceof Error && error.name.startsWith("ConfluentSchemaRegistry"))
      return undefined;
    return new SchemaRegistryError("registry-refused", message, error);
  }
  if (status === 401 || status === 403) {
    return new SchemaRegistryError("registry-not-allowed", message, error);
  }
  if ([400, 408, 429].includes(status) || status >= 500) return undefined;
  return new SchemaRegistryError("registry-refused", message, error);
}

type Middleware = NonNullable<
  ConstructorParameters<typeof ConfluentClient>[0]["middlewares"]
>[number];

/** The client waits for ever unless it is told. */
function timeLimit(ms: number): Middleware {
  return () => ({
    prepareRequest: async (next) => (await next()).enhance({ timeout: ms }),
  });
}
