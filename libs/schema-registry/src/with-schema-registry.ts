import type { AppendRecord, EventLog, OnBatch, ReadBatch, Subscription } from "@titan/event-log";
import { schemaIdIn, withSchemaId } from "./schema-id-bytes.ts";
import type { SchemaRegistry } from "./schema-registry.ts";

/** How many ids of one batch are asked for at once. */
const QUESTIONS_MAX = 8;

/**
 * The same log for the same callers, with the registry's schema ids on its topics. Callers write
 * and read local ids. A batch with an id that is not known waits until the registry has answered:
 * nothing is dropped and nothing overtakes. What nobody can read keeps its bytes, but for a bit in
 * an id that would mean something else here, and the codec says `unknown-schema`.
 *
 * Closing the log closes the registry.
 */
export function withSchemaRegistry(log: EventLog, registry: SchemaRegistry): EventLog {
  const changed: Pick<EventLog, "append" | "subscribe" | "close"> = {
    append: (batches) =>
      log.append(
        batches.map((batch) => ({
          ...batch,
          records: batch.records.map((record) => withId(record, (id) => registry.registryId(id))),
        })),
      ),
    subscribe: (from, onBatch, options) => subscribe(log, registry, [from, onBatch, options]),
    close: async () => {
      registry.close();
      await log.close();
    },
  };
  // Whatever else the port has, now or later, is the log's own.
  return new Proxy<EventLog>(Object.create(null), {
    get: (_, name) => {
      if (Object.hasOwn(changed, name)) return Reflect.get(changed, name) as unknown;
      const value: unknown = Reflect.get(log, name);
      return typeof value === "function" ? (value.bind(log) as unknown) : value;
    },
  });
}

function subscribe(
  log: EventLog,
  registry: SchemaRegistry,
  [from, onBatch, options]: Parameters<EventLog["subscribe"]>,
): Subscription {
  const closed = Promise.withResolvers<undefined>();
  let isClosed = false;
  const deliver: OnBatch = (batch) => {
    if (isClosed) return;
    const { known, unknown } = idsOf(batch, registry);
    if (unknown.length === 0) return onBatch(local(batch, known));
    return hold(batch, known, unknown);
  };
  const hold = async (batch: ReadBatch, known: Ids, unknown: readonly number[]): Promise<void> => {
    const found = await Promise.race([lookUpAll(unknown, registry), closed.promise]);
    if (isClosed) return;
    if (found === undefined) {
      // The log is being closed. What would come next must not come without this batch.
      isClosed = true;
      return;
    }
    await onBatch(local(batch, new Map([...known, ...found])));
  };
  const inner = log.subscribe(from, deliver, options);
  return {
    close: async () => {
      isClosed = true;
      closed.resolve(undefined);
      await inner.close();
    },
  };
}

/** Local ids by the registry's. */
type Ids = ReadonlyMap<number, number>;

/** Undefined when the registry was closed meanwhile. */
async function lookUpAll(
  ids: readonly number[],
  registry: SchemaRegistry,
): Promise<Ids | undefined> {
  const found = new Map<number, number>();
  for (let at = 0; at < ids.length; at += QUESTIONS_MAX) {
    const some = ids.slice(at, at + QUESTIONS_MAX);
    const answers = await Promise.all(some.map((id) => registry.lookUp(id)));
    for (const [index, id] of some.entries()) {
      const answer = answers[index];
      if (answer === undefined) return undefined;
      found.set(id, answer);
    }
  }
  return found;
}

/** Each id is asked for once, since what is missing now may be known a moment later. */
function idsOf(
  { records }: ReadBatch,
  registry: SchemaRegistry,
): { readonly known: Ids; readonly unknown: readonly number[] } {
  const known = new Map<number, number>();
  const unknown = new Set<number>();
  for (const { value } of records) {
    const id = schemaIdIn(value);
    if (id === undefined || known.has(id)) continue;
    const found = registry.localId(id);
    if (found === undefined) unknown.add(id);
    else known.set(id, found);
  }
  return { known, unknown: [...unknown] };
}

function local({ records, next }: ReadBatch, ids: Ids): ReadBatch {
  return {
    records: records.map((record) => withId(record, (id) => ids.get(id) ?? id)),
    next,
  };
}

function withId<R extends AppendRecord>(record: R, change: (id: number) => number): R {
  const id = schemaIdIn(record.value);
  if (id === undefined) return record;
  const changed = change(id);
  return changed === id ? record : { ...record, value: withSchemaId(record.value, changed) };
}
