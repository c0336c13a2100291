/** An object as the server shows it. Nothing in `spec` and `status` is promised here: the server is the judge. */
export interface TitanObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly workspace?: string;
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly revision?: number;
    readonly createdRevision?: number;
  };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

export interface ObjectList {
  readonly items: readonly TitanObject[];
  readonly revision: number;
  readonly cursor?: string;
}

/** What a write that was accepted is answered with; a dry run has effects instead of a revision. */
export interface WriteAnswer {
  readonly changeId: string;
  readonly revision?: number;
  readonly outcomes: readonly WriteOutcome[];
  readonly object?: TitanObject;
  readonly effects?: readonly Effect[];
  /** Of a token that was made; never shown again. */
  readonly secret?: string;
}

export interface WriteOutcome {
  readonly kind: string;
  readonly key: string;
  readonly result: string;
}

export interface Effect {
  readonly host: string;
  readonly deployment: string;
  readonly effect: string;
}
