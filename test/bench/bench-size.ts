/** How much is measured. The bars hold for `full`; `small` only shows that the bench runs. */
export interface BenchSize {
  readonly bulkHosts: number;
  readonly bulkChanges: number;
  readonly batch: number;
  readonly fleetHosts: number;
  readonly targets: number;
  readonly deployments: number;
  readonly edits: number;
  readonly appends: number;
}

export const BENCH_SIZES: Readonly<Record<"full" | "small", BenchSize>> = {
  full: {
    bulkHosts: 100_000,
    bulkChanges: 100_000,
    batch: 1_000,
    fleetHosts: 10_000,
    targets: 200,
    deployments: 500,
    edits: 300,
    appends: 2_000,
  },
  small: {
    bulkHosts: 1_000,
    bulkChanges: 500,
    batch: 100,
    fleetHosts: 100,
    targets: 5,
    deployments: 10,
    edits: 20,
    appends: 200,
  },
};
