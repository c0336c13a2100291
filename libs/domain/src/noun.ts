import type {
  Deployment,
  Host,
  Target,
  Template,
  Token,
  View,
  Workload,
  Workspace,
} from "./records.generated.ts";
import { suggestionFor } from "./suggestion.ts";

/** What each noun's value looks like. */
export interface NounTypes {
  readonly Workspace: Workspace;
  readonly Host: Host;
  readonly Target: Target;
  readonly Template: Template;
  readonly Workload: Workload;
  readonly Deployment: Deployment;
  readonly Token: Token;
  readonly View: View;
}

/** The kinds that a committed change can create, alter and delete. */
export type NounKind = keyof NounTypes;

export type NounValue = NounTypes[NounKind];

/** The kinds that people can name: the nouns, and the derived record that is shown like one. */
export type ObjectKind = NounKind | "Assignment";

/** The kinds whose key is `workspace/name`. */
export type ScopedKind = "Host" | "Target" | "Template" | "Workload" | "Deployment";

interface Naming {
  readonly singular: string;
  /** As in routes and topics of the API. */
  readonly plural: string;
  readonly short: readonly string[];
  /** True when the key is `workspace/name`, false when it is just `name`. */
  readonly scoped: boolean;
}

/** How people, routes and files name each kind. */
export const NOUN_NAMES: Readonly<Record<ObjectKind, Naming>> = {
  Workspace: { singular: "workspace", plural: "workspaces", short: ["ws"], scoped: false },
  Host: { singular: "host", plural: "hosts", short: ["ho"], scoped: true },
  Target: { singular: "target", plural: "targets", short: ["tg"], scoped: true },
  Template: { singular: "template", plural: "templates", short: ["tpl", "tmpl"], scoped: true },
  Workload: { singular: "workload", plural: "workloads", short: ["wl"], scoped: true },
  Deployment: {
    singular: "deployment",
    plural: "deployments",
    short: ["deploy", "dep"],
    scoped: true,
  },
  Assignment: { singular: "assignment", plural: "assignments", short: ["asg"], scoped: true },
  Token: { singular: "token", plural: "tokens", short: ["tok"], scoped: false },
  View: { singular: "view", plural: "views", short: ["vw"], scoped: false },
};

/** In the order in which a reader who meets them for the first time would want them. */
export const NOUN_KINDS: readonly NounKind[] = [
  "Workspace",
  "Host",
  "Target",
  "Template",
  "Workload",
  "Deployment",
  "Token",
  "View",
];

export const SCOPED_KINDS: readonly ScopedKind[] = [
  "Host",
  "Target",
  "Template",
  "Workload",
  "Deployment",
];

export type KindLookup =
  | { readonly ok: true; readonly kind: ObjectKind }
  | { readonly ok: false; readonly suggestion: string | undefined };

const KIND_BY_WORD = kindByWord();

/** The kind that `word` names: as kind, singular, plural or short name, in any case. */
export function kindOf(word: string): KindLookup {
  const kind = KIND_BY_WORD.get(word.toLowerCase());
  if (kind !== undefined) return { ok: true, kind };
  return { ok: false, suggestion: suggestionFor(word, KIND_BY_WORD.keys()) };
}

export function isNounKind(word: string): word is NounKind {
  return NOUN_KINDS.some((kind) => kind === word);
}

export function isScopedKind(kind: ObjectKind): kind is ScopedKind {
  return SCOPED_KINDS.some((scoped) => scoped === kind);
}

/**
 * The value as that of its kind. Records carry the kind beside a union of all values, and the codec reads the
 * branch that the writer chose by kind; this is the one place that relies on it.
 */
export function nounAs<Kind extends NounKind>(_kind: Kind, value: NounValue): NounTypes[Kind] {
  return value as NounTypes[Kind];
}

function kindByWord(): ReadonlyMap<string, ObjectKind> {
  const words = new Map<string, ObjectKind>();
  const kinds: readonly ObjectKind[] = [...NOUN_KINDS, "Assignment"];
  for (const kind of kinds) {
    const { singular, plural, short } = NOUN_NAMES[kind];
    for (const word of [singular, plural, ...short]) words.set(word, kind);
  }
  return words;
}
