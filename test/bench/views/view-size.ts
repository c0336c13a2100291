/** How large the fleet is that views are measured with. The bars hold for `full`. */
export interface ViewSize {
  readonly hosts: number;
  readonly targets: number;
  readonly edits: number;
}

export const VIEW_SIZES: Readonly<Record<"full" | "small", ViewSize>> = {
  full: { hosts: 1_000_000, targets: 10_000, edits: 500 },
  small: { hosts: 2_000, targets: 100, edits: 20 },
};
