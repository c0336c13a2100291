/** What a plain reader found on the topics, in the order of offsets. */
export interface ReadTopics {
  readonly commits: readonly CommitRecord[];
  readonly nouns: readonly NounRecord[];
}

/** A record of `titan.change`, as far as it is looked at. */
export interface CommitRecord {
  readonly offset: number;
  readonly revision: number;
  readonly id: string;
  readonly predecessor: string;
  readonly changeId: string;
  readonly reason: string;
  readonly accepted: boolean;
  readonly events: readonly CommitEvent[];
}

export interface CommitEvent {
  readonly kind: string;
  readonly key: string;
  readonly previous: NounFields | null;
  readonly current: NounFields | null;
}

export interface NounFields {
  readonly createdRevision: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** A record of one of the noun topics. */
export interface NounRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly kind: string;
  readonly key: string;
  readonly revision: number;
  readonly current: NounFields | null;
}

/** The label that every change writes anew; what is without has none of the clients written. */
export const CONTENT_LABEL = "content";

export function contentOf({ labels }: NounFields): string {
  return labels[CONTENT_LABEL] ?? "";
}

/** Topics by kind. */
export const NOUN_TOPICS: Readonly<Record<string, string>> = {
  Host: "titan.host",
  Target: "titan.target",
  Workload: "titan.workload",
  Deployment: "titan.deployment",
};

export function placeOf({
  topic,
  partition,
  offset,
}: Pick<NounRecord, "topic" | "partition" | "offset">): string {
  return `${topic}/${partition}@${offset}`;
}
