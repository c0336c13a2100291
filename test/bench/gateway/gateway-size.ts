/** How much is measured. The bars hold for `full`; `small` only shows that the bench runs. */
export interface GatewaySize {
  /** On sockets. */
  readonly agents: number;
  /** In process. */
  readonly streams: number;
  /** Targets, and as many deployments; each host is in one of them. */
  readonly groups: number;
  /** Objects in a change that fills. */
  readonly batch: number;
  /** Host changes that flow in a second, and hosts in each of these changes. */
  readonly flowPerSecond: number;
  readonly flowBatch: number;
  readonly probes: number;
  /** Agents that read nothing any more. */
  readonly stuck: number;
  readonly idleMs: number;
}

export const GATEWAY_SIZES: Readonly<Record<"full" | "small", GatewaySize>> = {
  full: {
    agents: 15_000,
    streams: 100_000,
    groups: 20,
    batch: 1_000,
    flowPerSecond: 1_000,
    flowBatch: 20,
    probes: 300,
    stuck: 1_000,
    idleMs: 20_000,
  },
  small: {
    agents: 50,
    streams: 50,
    groups: 5,
    batch: 100,
    flowPerSecond: 100,
    flowBatch: 10,
    probes: 20,
    stuck: 5,
    idleMs: 500,
  },
};

/** The first hosts are changed one by one, and looked at. */
export const WATCHED = 10;
