/** The names that histories are about: few, so that every change meets others. */
export interface Place {
  readonly workspace: string;
  readonly name: string;
}

function places(workspace: string, ...names: readonly string[]): readonly Place[] {
  return names.map((name) => ({ workspace, name }));
}

/** A second workspace, beside `default`. */
export const SECOND_WORKSPACE = "iot";
export const HOSTS = [...places("default", "h0", "h1", "h2", "h3"), ...places("iot", "h4")];
export const TARGETS = [...places("default", "t0", "t1"), ...places("iot", "t2")];
export const TEMPLATES = [...places("default", "p0", "p1"), ...places("iot", "p2")];
export const WORKLOADS = [...places("default", "w0", "w1")];
export const DEPLOYMENTS = [...places("default", "d0", "d1", "d2"), ...places("iot", "d3")];
export const TOKENS = ["k0", "k1"];
export const SITES = ["lab", "barn", "roof"];
