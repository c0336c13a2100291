/** How much is measured beside the peers. The bars hold for `full`; `small` only shows that it runs. */
export interface PeerSize {
  /** Without a log. */
  readonly pure: Compared;
  /** On Kafka. */
  readonly onKafka: readonly Compared[];
  readonly edits: number;
  /** On Kafka, in the middle of its work. */
  readonly killed: Compared & { readonly kills: number };
}

export interface Compared {
  readonly hosts: number;
  readonly targets: number;
}

export const PEER_SIZES: Readonly<Record<"full" | "small", PeerSize>> = {
  full: {
    pure: { hosts: 1_000_000, targets: 10_000 },
    onKafka: [{ hosts: 100_000, targets: 10_000 }],
    edits: 300,
    killed: { hosts: 20_000, targets: 100, kills: 10 },
  },
  small: {
    pure: { hosts: 10_000, targets: 100 },
    onKafka: [{ hosts: 2_000, targets: 100 }],
    edits: 30,
    killed: { hosts: 2_000, targets: 100, kills: 2 },
  },
};
