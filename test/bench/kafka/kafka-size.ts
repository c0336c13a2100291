/** How much is measured on Kafka. The bars hold for `full`; `small` only shows that it runs. */
export interface KafkaSize {
  readonly yardstickRecords: number;
  readonly fleet: Fleet;
  /** Seconds of the run at 50 changes a second. */
  readonly latencyS: number;
  readonly bulkOperations: number;
  readonly bootHosts: number;
  readonly bootTargets: number;
  /** Seconds of the runs at 500 changes a second. */
  readonly loadS: number;
  readonly wideHostPartitions: number;
  readonly wideLoadS: number;
  readonly streams: number;
  readonly takeovers: number;
}

export interface Fleet {
  readonly hosts: number;
  readonly targets: number;
  readonly deployments: number;
}

export const KAFKA_SIZES: Readonly<Record<"full" | "small", KafkaSize>> = {
  full: {
    yardstickRecords: 500_000,
    fleet: { hosts: 1_000, targets: 100, deployments: 100 },
    latencyS: 60,
    bulkOperations: 100_000,
    bootHosts: 200_000,
    bootTargets: 100,
    loadS: 30,
    wideHostPartitions: 64,
    wideLoadS: 20,
    streams: 3_000,
    takeovers: 5,
  },
  small: {
    yardstickRecords: 50_000,
    fleet: { hosts: 100, targets: 10, deployments: 10 },
    latencyS: 5,
    bulkOperations: 10_000,
    bootHosts: 20_000,
    bootTargets: 100,
    loadS: 4,
    wideHostPartitions: 64,
    wideLoadS: 4,
    streams: 100,
    takeovers: 1,
  },
};
