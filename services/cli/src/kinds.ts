/** A kind of object as people name it. A test compares the table with the domain's. */
export interface Kind {
  readonly kind: string;
  readonly singular: string;
  readonly plural: string;
  readonly short: string;
  /** False for what belongs to no workspace. */
  readonly scoped: boolean;
}

export const KINDS = [
  { kind: "Workspace", singular: "workspace", plural: "workspaces", short: "ws", scoped: false },
  { kind: "Host", singular: "host", plural: "hosts", short: "ho", scoped: true },
  { kind: "Target", singular: "target", plural: "targets", short: "tg", scoped: true },
  { kind: "Template", singular: "template", plural: "templates", short: "tpl", scoped: true },
  { kind: "Workload", singular: "workload", plural: "workloads", short: "wl", scoped: true },
  { kind: "Deployment", singular: "deployment", plural: "deployments", short: "dep", scoped: true },
  { kind: "Assignment", singular: "assignment", plural: "assignments", short: "asg", scoped: true },
  { kind: "Token", singular: "token", plural: "tokens", short: "tok", scoped: false },
  { kind: "View", singular: "view", plural: "views", short: "vw", scoped: false },
] as const satisfies readonly Kind[];

/** The kind that a word means: `host`, `hosts`, `ho` or `Host`. */
export function kindNamed(word: string): Kind | undefined {
  const meant = word.toLowerCase();
  return KINDS.find(
    ({ singular, plural, short }) => meant === singular || meant === plural || meant === short,
  );
}

/** Every word that names a kind, for suggestions. */
export const KIND_WORDS: readonly string[] = KINDS.flatMap(({ singular, plural, short }) => [
  singular,
  plural,
  short,
]);
