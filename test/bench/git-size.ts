/** How much is written to Git. The bars hold for `full`; `small` only shows that it runs. */
export interface GitSize {
  readonly hosts: number;
  readonly deploymentsPerHost: number;
  readonly deployments: number;
  readonly edits: number;
}

export const GIT_SIZES: Readonly<Record<"full" | "small", GitSize>> = {
  full: { hosts: 5_000, deploymentsPerHost: 10, deployments: 500, edits: 50 },
  small: { hosts: 100, deploymentsPerHost: 10, deployments: 50, edits: 5 },
};
