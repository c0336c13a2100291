/** A partition of a topic. */
export interface StreamPlace {
  readonly topic: string;
  readonly partition: number;
}

/** Where one key of a view goes. */
export interface Place extends StreamPlace {
  readonly key: string;
}

function isSameStream(one: StreamPlace, other: StreamPlace): boolean {
  return one.partition === other.partition && one.topic === other.topic;
}

export function idOf({ topic, partition }: StreamPlace): string {
  return `${topic} ${partition}`;
}

/** The keys of a stream, and what the view calls each. */
export interface PlacedKeys {
  readonly place: Place;
  readonly keys: [key: string, name: string][];
}

/** The names of a view's keys by the id of the stream that each has its place in. An empty key is none. */
export function keysByStream(
  names: Iterable<string>,
  placeOf: (name: string) => Place,
): ReadonlyMap<string, PlacedKeys> {
  const byStream = new Map<string, PlacedKeys>();
  let found: PlacedKeys | undefined;
  for (const name of names) {
    const place = placeOf(name);
    if (found === undefined || !isSameStream(found.place, place)) {
      const id = idOf(place);
      found = byStream.get(id);
      if (found === undefined) byStream.set(id, (found = { place, keys: [] }));
    }
    if (place.key !== "") found.keys.push([place.key, name]);
  }
  return byStream;
}
