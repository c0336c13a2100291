/** Hosts with six labels of 32 values each, spread so that two labels together say nothing of a third. */
const LABELS = ["site", "rack", "tier", "region", "model", "ring"] as const;
const VALUES = 32;
const VALUE_BITS = 5;
/** Knuth's multiplicative hash: neighbours get labels that have nothing to do with each other. */
const SPREAD = 2_654_435_761;

type Label = (typeof LABELS)[number];
export type HostLabels = Readonly<Record<Label, string>>;

/** Two labels: 1/1,024 of the hosts. */
export interface PairSelector {
  readonly first: readonly [label: Label, value: string];
  readonly second: readonly [label: Label, value: string];
}

const PAIRS: readonly (readonly [Label, Label])[] = LABELS.flatMap((one, at) =>
  LABELS.slice(at + 1).map((other) => [one, other] as const),
);

export function hostName(at: number): string {
  return `h${at}`;
}

export function labelsOfHost(at: number): HostLabels {
  const spread = Math.imul(at + 1, SPREAD) >>> 0;
  const entries = LABELS.map((label, place) => {
    return [label, `${label}-${(spread >>> (place * VALUE_BITS)) % VALUES}`] as const;
  });
  return Object.fromEntries(entries) as unknown as HostLabels;
}

export function hostDocument(at: number, more: Readonly<Record<string, string>> = {}): object {
  const metadata = { name: hostName(at), labels: { ...labelsOfHost(at), ...more } };
  return { kind: "Host", metadata, spec: {} };
}

/** The selector of target `at`: ten times 1,024 of them put every host into ten targets. */
export function pairSelector(at: number): PairSelector {
  const combination = at % VALUES ** 2;
  const [one, other] = PAIRS[Math.floor(at / VALUES ** 2) % PAIRS.length] ?? ["site", "rack"];
  return {
    first: [one, `${one}-${combination % VALUES}`],
    second: [other, `${other}-${Math.floor(combination / VALUES)}`],
  };
}

export function selectorText({ first, second }: PairSelector): string {
  return `${first.join("=")},${second.join("=")}`;
}

export function targetDocument(at: number): object {
  const spec = { selector: selectorText(pairSelector(at)) };
  return { kind: "Target", metadata: { name: `t${at}` }, spec };
}

/** A tenth of the hosts, near enough. */
export const WIDE_SELECTOR = "region in (region-1,region-2,region-3)";
export const WIDE_VALUES: ReadonlySet<string> = new Set(["region-1", "region-2", "region-3"]);
