/** A partition of a topic. */
export interface StreamPlace {
  readonly topic: string;
  readonly partition: number;
}

/** Where one key of a view goes. */
export interface Place extends StreamPlace {
  readonly key: string;
}

export function isSameStream(one: StreamPlace, other: StreamPlace): boolean {
  return one.partition === other.partition && one.topic === other.topic;
}

export function idOf({ topic, partition }: StreamPlace): string {
  return `${topic} ${partition}`;
}
