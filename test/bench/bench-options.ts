/** What a run of the bench is told. */
export interface BenchOptions {
  readonly size: "full" | "small";
  /** One part; all of them when it is undefined. */
  readonly only: string | undefined;
  /** For the processes that are measured, for example `--cpu-prof`. */
  readonly nodeFlags: readonly string[];
  /** The file to which each figure is added as a line of JSON. */
  readonly results: string;
}
