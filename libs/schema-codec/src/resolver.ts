import type avsc from "avsc";

/**
 * How `reader` reads what `writer` wrote; throws when it can not.
 *
 * The library remembers each pair of records that it has begun with, also those that did not fit.
 * A union that it meets twice, as `previous` and `current` of an event, then takes its first branch
 * for every value. So pairs of different names, which never fit, are not remembered.
 */
export function resolverOf(reader: avsc.Type, writer: avsc.Type): avsc.Resolver {
  const registry = new Proxy<Record<string, unknown>>(
    {},
    {
      set: (kept, pair, resolver) => {
        const [name, other] = String(pair).split(":");
        if (name === other) kept[String(pair)] = resolver;
        return true;
      },
    },
  );
  // The library's types leave this option out.
  const options: object = { registry };
  return reader.createResolver(writer, options);
}
