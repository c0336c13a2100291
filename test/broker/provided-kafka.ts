/** What the global setup tells the tests of a run; plain data, because they are other processes. */
export interface ProvidedKafka {
  /** The broker that all share, or why there is none. */
  readonly shared: { readonly brokers: string } | { readonly missing: string };
  /** Why no test can start a broker of its own; undefined when it can. */
  readonly ownMissing: string | undefined;
}

declare module "vitest" {
  interface ProvidedContext {
    readonly kafka: ProvidedKafka;
  }
}
